/** A call that AWS would refuse: its code and status, as the API documents them. Each service writes it in its own form. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  readonly status: number;
  /** More headers of the response, names and values in turns. */
  readonly headers: readonly string[];

  constructor(code: string, message: string, status = 400, headers: readonly string[] = []) {
    super(message);
    this.code = code;
    this.status = status;
    this.headers = headers;
  }
}
