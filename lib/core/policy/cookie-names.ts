/** The names of the cookies that a response sets, never their values: a cookie without a name is all value. */
export function cookieNamesIn(headers: Headers): readonly string[] {
  const names = headers.getSetCookie().map((cookie) => {
    const [pair = ''] = cookie.split(';');
    const end = pair.indexOf('=');
    return (end === -1 ? '' : pair.slice(0, end).trim()) || 'without a name';
  });
  return [...new Set(names)];
}
