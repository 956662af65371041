/** Whether the text from start to end is at most `room` bytes long in UTF-8. */
export function fitsInBytes(text: string, start: number, end: number, room: number): boolean {
  let bytes = 0;
  for (let at = start; at < end && bytes <= room; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) {
      bytes += 1;
    } else if (code < 0x800 || (code >= 0xd800 && code <= 0xdfff)) {
      // Each half of a surrogate pair stands for two of the character's four bytes.
      bytes += 2;
    } else {
      bytes += 3;
    }
  }
  return bytes <= room;
}
