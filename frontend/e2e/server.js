import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const environment = { ...process.env, CGO_ENABLED: '0' };

/** @param {string} command @param {string[]} args @param {NodeJS.ProcessEnv} env @param {RegExp} want @param {boolean} [pipe] */
async function start(command, args, env, want, pipe = false) {
  const child = spawn(command, args, { cwd: root, env, stdio: [pipe ? 'pipe' : 'ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stderr?.on('data', (d) => { log += d; });
  const found = await new Promise((resolve, reject) => {
    child.on('exit', (code) => reject(new Error(`${command} ended with ${code}: ${log}`)));
    createInterface({ input: /** @type {import('node:stream').Readable} */ (child.stdout) }).on('line', (line) => {
      log += `${line}\n`;
      const match = want.exec(line);
      if (match) resolve(match[0]);
    });
  });
  return { child, found: String(found), log: () => log };
}

/** Ends a process of ours and waits for it. @param {import('node:child_process').ChildProcess} child */
export async function end(child) {
  if (child.exitCode !== null) return;
  const gone = new Promise((resolve) => { child.once('exit', resolve); });
  child.stdin?.end();
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
  await gone;
  clearTimeout(timer);
}

/**
 * A scripted Ollama.
 * @param {number} [tokenMS] time that a token takes
 * @param {number} [pullMS] time that a model takes to come
 */
export async function serveEngine(tokenMS = 15, pullMS = 0) {
  const folder = await mkdtemp(join(tmpdir(), 'errata-engine-'));
  const binary = join(folder, 'ollama');
  await run('go', ['build', '-o', binary, './frontend/e2e/ollama.go']);
  const { child, found } = await start(binary, ['-token', `${tokenMS}ms`, '-pull', `${pullMS}ms`], environment, /^http:\S+/, true);
  return {
    url: found,
    close: async () => {
      await end(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Starts `errata serve` in a throw-away home with a scripted Ollama and one note in
 * its library. ERRATA_BINARY names a binary that is built already.
 * @param {number} [tokenMS] time that a token takes
 */
export async function serve(tokenMS) {
  const home = await mkdtemp(join(tmpdir(), 'errata-e2e-'));
  const notes = join(home, 'notes');
  await mkdir(notes);
  await writeFile(join(notes, 'uk.md'), '---\ntitle: Government of the United Kingdom\npublished: 2026-11-01\n---\n# Government\n\nThe prime minister of the United Kingdom is Keir Starmer.\n');
  await writeFile(join(notes, 'broken.pdf'), 'not a PDF');
  const binary = process.env.ERRATA_BINARY ?? join(home, 'errata');
  if (!process.env.ERRATA_BINARY) await run('go', ['build', '-o', binary, '.']);
  const engine = await serveEngine(tokenMS);
  const env = { ...environment, ERRATA_HOME: join(home, 'data'), ERRATA_CACHE: join(home, 'cache'), OLLAMA_HOST: engine.url };
  let server = await start(binary, ['serve', '--port', '0'], env, /http:\S+token=\S+/);
  return {
    get url() { return server.found; }, get pid() { return /** @type {number} */ (server.child.pid); }, notes, log: () => server.log(),
    /** Ends the server and starts it again on the same port. @param {(home: string) => Promise<void>} [between] while nothing holds its home */
    restart: async (between) => {
      const { port } = new URL(server.found);
      await end(server.child);
      await between?.(env.ERRATA_HOME);
      server = await start(binary, ['serve', '--port', port], env, /http:\S+token=\S+/);
    },
    close: async () => {
      await end(server.child);
      await engine.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** @param {string} command @param {string[]} args */
const run = (command, args) => new Promise((resolve, reject) => {
  const child = spawn(command, args, { cwd: root, env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (d) => { log += d; });
  child.on('exit', (code) => (code === 0 ? resolve(null) : reject(new Error(`${command} ${args.join(' ')}: ${log}`))));
});
