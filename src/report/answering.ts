import type {IncomingMessage, RequestListener, ServerResponse} from "node:http";

/** A server's answer to a request for an address. */
export type Answer = (response: ServerResponse) => void;

/**
 * Answers the addresses of a table, and nothing else: an address is looked up as it was requested, and no path is ever
 * made from it. It allows only GET and HEAD, and only this machine's own host names, because another site could let a
 * host name of its own point at this machine and read the answers. A request for a part gets the whole (RFC 9110,
 * section 14.2). If an answer cannot be made, the response says so, and other answers are not affected.
 *
 * @param port The port on which it listens.
 */
export function answering(answers: {readonly [address: string]: Answer}, port: () => number): RequestListener {
  return (request, response) => {
    response.on("error", () => undefined); // the client has gone
    const {url = ""} = request;
    const refusal = refuse(request, port());
    if (refusal) return send(response, "text/plain; charset=utf-8", refusal.words, refusal.status);
    if (!Object.hasOwn(answers, url)) return send(response, "text/plain; charset=utf-8", "not here", 404);
    try {
      answers[url](response);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else send(response, "text/plain; charset=utf-8", `This cannot be given: ${(error as Error).message}`, 500);
    }
  };
}

function refuse({method = "", headers}: IncomingMessage, port: number): {status: number; words: string} | undefined {
  const known = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (!known.includes(headers.host ?? "")) return {status: 403, words: "only for this machine"};
  return ["GET", "HEAD"].includes(method) ? undefined : {status: 405, words: "only GET and HEAD"};
}

/**
 * The headers of every answer: browsers must not store it, guess its type, or put it in a frame, and pages of other
 * sites must not read it.
 */
const HEADERS = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
};

/** Sends a whole answer; if the request was HEAD, Node leaves the body out. */
export function send(response: ServerResponse, type: string, body: string | Buffer, status = 200): void {
  const bytes = Buffer.from(body as string);
  const allow = status === 405 ? {allow: "GET, HEAD"} : {};
  response.writeHead(status, {...HEADERS, ...allow, "content-type": type, "content-length": bytes.length});
  response.end(bytes);
}

/** Begins a stream of events (HTML Standard, section 9.2), which the server then continues. */
export function beginEvents(response: ServerResponse): void {
  response.writeHead(200, {...HEADERS, "content-type": "text/event-stream"});
  response.write("retry: 1000\n\n");
}

/** One event of a stream; its data is a value that JSON can hold. */
export function event(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`; // this JSON contains no line ends
}
