export const TOKEN = 'the-token-of-the-simulation-0123456789';

/** What a function behind a URL is asked. */
export interface UrlRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What it answers, whole. */
export interface UrlAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
