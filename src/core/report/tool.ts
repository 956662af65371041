/** What reports say of the program that wrote them. The version is that of package.json. */
export const tool = { name: "nginx-websocket-guard", version: "0.1.0" } as const;
