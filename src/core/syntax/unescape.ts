/** A word's value without nginx's escapes (ngx_conf_read_token). */
export function unescaped(content: string): string {
  let value = "";
  let kept = 0;
  for (let at = content.indexOf("\\"); at !== -1; at = content.indexOf("\\", at + 2)) {
    const replacement = escapeValue(content.charAt(at + 1));
    if (replacement !== undefined) {
      value += content.slice(kept, at) + replacement;
      kept = at + 2;
    }
  }
  return value + content.slice(kept);
}

function escapeValue(character: string): string | undefined {
  switch (character) {
    case '"':
    case "'":
    case "\\":
      return character;
    case "t":
      return "\t";
    case "r":
      return "\r";
    case "n":
      return "\n";
    default:
      return undefined;
  }
}
