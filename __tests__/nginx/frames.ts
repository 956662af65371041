/** One WebSocket frame (RFC 6455, section 5.2) whose payload is at most 65535 bytes. */
export interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
}

export const textOpcode = 1;
export const closeOpcode = 8;

/** A client must mask its frames, a server must not. */
export function encodeFrame(frame: Frame, masked: boolean): Buffer {
  const { opcode, payload } = frame;
  const small = payload.length < 126;
  const head = Buffer.from([0x80 | opcode, (masked ? 0x80 : 0) | (small ? payload.length : 126)]);
  const length = Buffer.alloc(small ? 0 : 2);
  if (!small) {
    length.writeUInt16BE(payload.length);
  }
  if (!masked) {
    return Buffer.concat([head, length, payload]);
  }
  const mask = Buffer.from([0x12, 0x34, 0x56, 0x78]);
  return Buffer.concat([head, length, mask, applyMask(payload, mask)]);
}

/** The first frame of `bytes` and what follows it, or null while it is incomplete. */
export function decodeFrame(bytes: Buffer): { frame: Frame; rest: Buffer } | null {
  if (bytes.length < 2) {
    return null;
  }
  const opcode = bytes.readUInt8(0) & 0x0f;
  const masked = (bytes.readUInt8(1) & 0x80) !== 0;
  let length = bytes.readUInt8(1) & 0x7f;
  let offset = 2;
  if (length === 126) {
    if (bytes.length < 4) {
      return null;
    }
    length = bytes.readUInt16BE(2);
    offset = 4;
  }
  const maskStart = offset;
  if (masked) {
    offset += 4;
  }
  if (bytes.length < offset + length) {
    return null;
  }
  const payload = bytes.subarray(offset, offset + length);
  return {
    frame: {
      opcode,
      payload: masked ? applyMask(payload, bytes.subarray(maskStart, offset)) : payload,
    },
    rest: bytes.subarray(offset + length),
  };
}

function applyMask(payload: Buffer, mask: Buffer): Buffer {
  return Buffer.from(payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0)));
}
