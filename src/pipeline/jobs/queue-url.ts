import {UserError} from "../../nouns/options";

/** The connection settings of a queue's server, as ioredis takes them. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
  readonly db?: number;
  /** Settings of TLS; absent if the connection is not encrypted. */
  readonly tls?: {readonly servername: string};
}

/**
 * A queue's address: `redis://host:6379/0`, or `rediss://…` for TLS.
 *
 * @param password The password if the address has none. It comes from the environment, so that no list of processes
 * shows it.
 * @throws UserError if the address is wrong; the message never contains the password.
 */
export function redisAddress(text: string, password = ""): RedisAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isRedis = url?.protocol === "redis:" || url?.protocol === "rediss:";
  if (!url || !isRedis || url.hostname === "" || !/^(\/\d*)?$/.test(url.pathname)) {
    throw new UserError(`queue: expected redis://host:6379 or rediss://host:6379, got ${shownAddress(text)}`, {
      code: "BAD_OPTION",
    });
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1"); // IPv6
  const secret = decodeURIComponent(url.password) || password;
  return {
    ...{host, port: Number(url.port || 6379)},
    ...(url.username ? {username: decodeURIComponent(url.username)} : {}),
    ...(secret ? {password: secret} : {}),
    ...(url.pathname.length > 1 ? {db: Number(url.pathname.slice(1))} : {}),
    ...(url.protocol === "rediss:" ? {tls: {servername: host}} : {}),
  };
}

/** The address without user and password, which may be shown and saved. */
export function shownAddress(text: string): string {
  return text.replace(/^([\w+.-]*:\/\/)?.*@/s, "$1");
}
