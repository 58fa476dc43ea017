// What the API said when it refused, in one shape for every page.

export interface Shortage {
  goods: number;
  name: string;
  wanted: number;
  available: number;
}

export type FailureKind = "offline" | "busy" | "unauthorized" | "missing" | "refused" | "broken";

export class ApiFailure extends Error {
  constructor(
    readonly kind: FailureKind,
    readonly status: number,
    /** Texts by field; `non_field_errors` and `detail` are in `message`. */
    readonly fields: Readonly<Record<string, string>>,
    readonly shortages: readonly Shortage[],
    message: string,
    /** Seconds to wait before the next try, when the server named them. */
    readonly retryAfter: number | null,
  ) {
    super(message);
  }
}

const KINDS: Record<number, FailureKind> = {
  401: "unauthorized",
  404: "missing",
  429: "busy",
  502: "busy",
  503: "busy",
  504: "busy",
};

function firstText(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) {
    for (const item of value) {
      const text = firstText(item);
      if (text) return text;
    }
  }
  return null;
}

function isShortage(value: unknown): value is Shortage {
  return typeof value === "object" && value !== null && "available" in value;
}

/** Makes a failure of an answer that is not 2xx; `body` is its parsed JSON, or anything. */
export function failureOf(response: Response, body: unknown): ApiFailure {
  const fields: Record<string, string> = {};
  let shortages: Shortage[] = [];
  let message = "";
  if (typeof body === "object" && body !== null && !Array.isArray(body)) {
    for (const [name, value] of Object.entries(body)) {
      if (name === "goods" && Array.isArray(value) && value.some(isShortage)) {
        shortages = value.filter(isShortage);
        continue;
      }
      const text = firstText(value);
      if (!text) continue;
      if (name === "detail" || name === "non_field_errors") message ||= text;
      else fields[name] = text;
    }
  }
  const status = response.status;
  const kind = KINDS[status] ?? (status >= 500 ? "broken" : "refused");
  const wait = Number(response.headers.get("Retry-After"));
  return new ApiFailure(
    kind, status, fields, shortages,
    message || Object.values(fields)[0] || "", wait > 0 ? wait : null,
  );
}

export function offline(cause: unknown): ApiFailure {
  const failure = new ApiFailure("offline", 0, {}, [], "", null);
  failure.cause = cause;
  return failure;
}
