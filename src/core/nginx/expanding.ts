/** Directives of which each parameter may have variables that must be defined. */
const expanding =
  /^(?:proxy_(?:set_header|pass|method|set_body|cache_key|cache_bypass|no_cache|redirect|cookie_\w+|bind|store)|(?:fastcgi|uwsgi|scgi|grpc|memcached)_pass|(?:fastcgi|uwsgi|scgi)_param|grpc_set_header|add_header|return|rewrite|set|if|map|try_files|error_page|root|alias|auth_request_set|access_log|log_format|limit_\w+_zone)$/;

/** Whether nginx looks for variables in the parameters of such a directive. */
export function expands(name: string): boolean {
  return expanding.test(name);
}

/** Of these, whether the parameter is a regular expression: in it `$` is an end and no variable. */
export function isPattern(name: string, parameters: readonly string[], index: number): boolean {
  return (
    (name === "rewrite" && index === 0) ||
    (name === "if" && /^!?~\*?$/.test(parameters[index - 1] ?? ""))
  );
}

/** How nginx refuses a `$` that begins no variable (ngx_http_script_compile); null where each begins one. */
export function variableProblem(text: string): string | null {
  const unclosed = /\$\{(\w*)(?=[^\w}]|$)/.exec(text);
  if (unclosed !== null) {
    return `the closing bracket in "${unclosed[1] ?? ""}" variable is missing`;
  }
  return /\$(?:\{\}|[^\w{]|$)/.test(text) ? "invalid variable name" : null;
}
