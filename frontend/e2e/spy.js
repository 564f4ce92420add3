import { createServer } from 'node:http';

/** A server that hostile texts ask for something: it notes who did. */
export async function spyServer() {
  /** @type {Set<number>} */
  const asked = new Set();
  const server = createServer((request, response) => {
    asked.add(Number(/\d+/.exec(request.url ?? '')?.[0] ?? 0));
    response.writeHead(200, { 'Access-Control-Allow-Origin': '*' }).end();
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(null)); });
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${port}/`, asked: () => [...asked], close: () => server.close() };
}
