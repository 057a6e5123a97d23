import {isIP} from "node:net";

import {UserError} from "../../nouns/options";

/** The connection settings of a queue's server, as ioredis takes them. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
  readonly db?: number;
  /** Settings of TLS; absent if the connection is not encrypted. */
  readonly tls?: {readonly servername?: string};
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
    ...(url.protocol === "rediss:" ? {tls: isIP(host) ? {} : {servername: host}} : {}), // TLS knows names alone
  };
}

/** How a queue's Postgres is reached, as pg takes it. */
export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: string;
  readonly database: string;
  /** Whether it is encrypted: then the server's certificate is checked. */
  readonly ssl: boolean;
}

/** Whether an address is of a Postgres. */
export const isPostgres = (url: string): boolean => /^postgres(ql)?:/.test(url);

/** The values that `sslmode` may have; without it, nothing is encrypted. */
const SSL: {readonly [word: string]: boolean} = {"": false, disable: false, require: true, "verify-full": true};

/**
 * The address of a queue in Postgres: `postgres://user@host:5432/database`, with `?sslmode=require` for TLS.
 *
 * @param password The password if the address has none.
 * @throws UserError without the password, whatever else is wrong.
 */
export function postgresAddress(text: string, password = ""): PostgresAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const ssl = SSL[url?.searchParams.get("sslmode") ?? ""];
  const others = [...(url?.searchParams.keys() ?? [])].filter((key) => key !== "sslmode");
  if (!url || !isPostgres(text) || url.hostname === "" || ssl === undefined || others.length > 0) {
    throw new UserError(
      `queue: expected postgres://user@host:5432/database, also with ?sslmode=require, got ${shownAddress(text)}`,
      {code: "BAD_OPTION"},
    );
  }
  const user = decodeURIComponent(url.username) || "postgres";
  const secret = decodeURIComponent(url.password) || password;
  return {
    ...{host: url.hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(url.port || 5432), user, ssl},
    ...(secret ? {password: secret} : {}),
    database: decodeURIComponent(url.pathname.slice(1)) || user,
  };
}

/** The address without user and password, which may be shown and saved. */
export function shownAddress(text: string): string {
  return text.replace(/^([\w+.-]*:\/\/)?.*@/s, "$1");
}
