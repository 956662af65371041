/** An nginx version, as far as behaviour depends on it. */
export type NginxVersion = readonly [major: number, minor: number, patch: number];

/** The versions to ask when the version is not known: Debian 12's, and the newest whose behaviour was measured. */
export const oldestVersion: NginxVersion = [1, 22, 1];
export const newestVersion: NginxVersion = [1, 31, 5];

/** Whether `version` is `since` or later. */
export function isSince(version: NginxVersion, since: NginxVersion): boolean {
  for (let part = 0; part < 3; part++) {
    const difference = (version[part] ?? 0) - (since[part] ?? 0);
    if (difference !== 0) {
      return difference > 0;
    }
  }
  return true;
}

/** `proxy_http_version` defaults to 1.1, `Connection` is not sent and explicit upstreams keep connections (changes of 1.29.7). */
export const httpOneOneByDefault: NginxVersion = [1, 29, 7];
/** `Host` is the first line, `Host ""` falls back to `$proxy_host`, the last of two wins (E157, E158). */
export const hostFirst: NginxVersion = [1, 31, 4];
/** `Proxy-Connection` is no longer passed on. */
export const proxyConnectionStripped: NginxVersion = [1, 31, 0];
