import { effectiveSetting } from "../config/effective.ts";
import { settingLevel } from "./pair.ts";
import { type LocationRule, placeOf } from "./rule.ts";
import { called } from "./phrases.ts";

export const websocketBuffering: LocationRule = {
  id: "websocket-buffering",
  group: "enterprise",
  severity: "off",
  from: "enterprise",
  summary: "House style: `proxy_buffering off` where WebSockets are served",
  over: "location",
  check(location, report) {
    const { level, pass } = location;
    const setting = effectiveSetting(level, "proxy_buffering");
    const isOff = setting.state === "set" && setting.use.parameters[0]?.toLowerCase() === "off";
    if (pass.name !== "proxy_pass" || setting.state === "unknown" || isOff) {
      return;
    }
    const own =
      setting.state === "set" && setting.use.level === settingLevel(level) ? setting.use : null;
    report({
      place: placeOf(own ?? pass),
      message: `${called(location)} has no \`proxy_buffering off\`, which this repository's policy asks for. It changes nothing for WebSockets: nginx buffers no upgraded connection.`,
      remedies: [{ kind: "directive", name: "proxy_buffering", parameters: ["off"] }],
    });
  },
};
