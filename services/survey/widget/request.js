// One request to the survey service: simple (no preflight), without cookies, outliving its page, ended after a while.

/**
 * POST `body` as JSON, or GET where there is none. Never rejects: {status_: 0} when nothing readable came in `ms`.
 * The body travels as text/plain, which needs no preflight: a page being left has no time for one.
 * @returns {Promise<{status_: number, json_?: any, wait_?: number}>} wait_: Retry-After in milliseconds
 */
export async function request(url, body, ms) {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), ms) // AbortSignal.timeout would not hear a test's clock
  const post = body && { method: 'POST', keepalive: true, body: JSON.stringify(body) }
  try {
    const answer = await fetch(url, { credentials: 'omit', signal: stop.signal, ...post })
    const after = answer.headers.get('Retry-After')
    const wait = after && (after * 1e3 || Date.parse(after) - Date.now())
    return { status_: answer.status, wait_: wait, json_: await answer.json().catch(() => {}) }
  } catch {
    return { status_: 0 }
  } finally {
    clearTimeout(timer)
  }
}
