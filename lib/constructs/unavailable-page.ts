/**
 * What a viewer sees of a page that is not stored while the functions fail. It needs nothing from elsewhere, since
 * nothing else may be there.
 */
export const UNAVAILABLE_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>This page is not available right now</title>
<style>
:root { color-scheme: light dark; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; font: 1.125rem/1.5 system-ui, sans-serif; background: Canvas; color: CanvasText; }
main { max-width: 34rem; padding: 2rem 1.5rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 1rem; }
p { margin: 0 0 1rem; }
</style>
</head>
<body>
<main>
<h1>This page is not available right now</h1>
<p>Something on our side is not working. Please try again in a minute.</p>
<p><a href="">Try again</a></p>
</main>
</body>
</html>
`;
