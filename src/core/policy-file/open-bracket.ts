/** The glob matcher takes a bracket that is left open literally, which nobody means. */
export function openBracket(value: string): string | null {
  const rest = value.replace(/\[[^\]]+\]/g, "");
  if (/[[\]]/.test(rest)) {
    return "a glob whose [ is closed by ]";
  }
  let open = 0;
  for (const brace of rest.replace(/[^{}]/g, "")) {
    open += brace === "{" ? 1 : -1;
    if (open < 0) {
      break;
    }
  }
  return open === 0 ? null : "a glob whose { is closed by }";
}
