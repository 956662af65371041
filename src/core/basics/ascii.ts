/** nginx lower-cases letters of ASCII alone (ngx_tolower); other characters stay as they are. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
