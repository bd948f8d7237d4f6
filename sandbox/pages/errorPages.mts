/** What a Laravel application shows for an unhandled error in production. */
export function laravelErrorPage(): string {
	return refusalPage(500, 'Server Error');
}

/** What it shows for any other HTTP status. */
export function refusalPage(status: number, words: string): string {
	return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${words}</title></head>
<body><div class="flex-center"><div class="code">${status}</div><div class="message">${words}</div></div></body>
</html>
`;
}

/** What a proxy or a maintenance screen in front of the gateway shows instead of its answer. */
export function proxyPage(): string {
	return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>One moment, please</title></head>
<body><h1>One moment, please</h1><p>We are checking your connection.</p></body>
</html>
`;
}
