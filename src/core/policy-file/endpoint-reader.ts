import { text } from "./reader.ts";

const expectedEndpoint =
  "an address such as wss://api.example.com/ws, or a path such as /socket.io/";
/** Reads an address at which clients open a WebSocket. */
export const endpoint = text(expectedEndpoint, [
  {
    pattern: /^(?!https?:\/\/)/,
    expected: (value) => `the scheme ws or wss, as in ${value.replace(/^http/, "ws")}`,
  },
  {
    pattern: /^(?:wss?:\/\/[^/\s?#]+(?:[/?][^\s#]*)?|\/[^\s#]*)$/,
    expected: `${expectedEndpoint}, without spaces and fragment`,
  },
]);
