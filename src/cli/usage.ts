export const usage = `nginx-websocket-guard: does a WebSocket handshake get through this nginx configuration?

  check [PATH…]      findings in the working tree; check - reads what nginx -T prints
      --format text|json|sarif|markdown|conftest   --fix   --base REF
      --config FILE   --profile basic|recommended|enterprise|hardened
      --nginx-version V   --fail-on error|warning|notice|never
  review             the comments that a pull request would get, for git diff REF...HEAD
      --base REF   --config FILE   --profile P   --nginx-version V   --format text|json
  trace FILE URL     which server and location answer, and what reaches the upstream
      --path /ws --host H (instead of URL)   --request websocket|plain|h2c
      --header 'Name: value'   --nginx-version V   --format text|json
  explain [RULE]     a rule's page; without RULE the list of rules
  init [FOLDER]      looks at a repository, and writes a workflow and a policy file for it
      --dry-run (shows them instead)

Exit status: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage or unreadable input.
`;
