/** The last part of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/**
 * As glob(3) sorts in the C locale: by the bytes of UTF-8, which is by code points. Comparing UTF-16 units would put
 * characters above U+FFFF, whose halves are U+D800 to U+DFFF, before U+E000 to U+FFFF.
 */
export function byteOrder(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) {
    const a = left.charCodeAt(at);
    const b = right.charCodeAt(at);
    if (a !== b) {
      const aIsHalf = a >= 0xd800 && a <= 0xdfff;
      const bIsHalf = b >= 0xd800 && b <= 0xdfff;
      return aIsHalf === bIsHalf
        ? a - b
        : aIsHalf
          ? b >= 0xe000
            ? 1
            : a - b
          : a >= 0xe000
            ? -1
            : a - b;
    }
  }
  return left.length - right.length;
}
