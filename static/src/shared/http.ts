/* Requests to our own API from pages: the CSRF token and the one error shape of `api.md`, so that no page invents its own. */

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: Record<string, string[]> = {},
  ) {
    super(message);
  }
}

interface ErrorBody {
  error?: { code?: string; message?: string; fields?: Record<string, string[]> };
}

export function csrfToken(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
}

/** Send `body` (JSON, or a FormData as it is) and return the answer; throw ApiError with a sentence fit to show. */
export async function requestJson<T>(method: string, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  if (body !== undefined && !(body instanceof FormData))
    headers["Content-Type"] = "application/json";
  const payload = body === undefined || body instanceof FormData ? body : JSON.stringify(body);
  const response = await fetch(path, { method, headers, body: payload ?? null }).catch(() => {
    throw new ApiError(
      0,
      "offline",
      "We can't reach the server. Check your connection and try again.",
    );
  });
  if (!response.ok) throw await readError(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function readError(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => ({}))) as ErrorBody;
  const { code = "server_error", message, fields } = body.error ?? {};
  return new ApiError(
    response.status,
    code,
    message ?? "Something went wrong on our side. Please try again.",
    fields,
  );
}
