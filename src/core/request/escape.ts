/** As ngx_escape_uri with NGX_ESCAPE_URI writes a path, since 1.21.1. */
export function escapePath(text: string): string {
  return escape(text, /[^!$&'()*+,\-./0-9:;=@A-Z[\]_a-z~]/gu);
}

/** As ngx_escape_uri with NGX_ESCAPE_ARGS writes an argument's value. */
export function escapeArgument(text: string): string {
  return escape(text, /[^!"$'()*,\-./0-9:<=>@A-Z[\\\]^_`a-z{|}~]/gu);
}

function escape(text: string, escaped: RegExp): string {
  return text
    .replace(/\p{Surrogate}/gu, "\ufffd")
    .replace(escaped, (character) =>
      character < "\u0080"
        ? `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`
        : encodeURIComponent(character),
    );
}
