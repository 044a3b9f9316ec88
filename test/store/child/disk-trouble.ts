/** Runs one story on the file system mounted at the given folder, which is this process's own; prints what it saw. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { ban, gather, NOON, open, told } from '../folder.ts'

const [story, mount] = [process.argv[2]!, process.argv[3]!]
const folder = `${mount}/history`
const filler = `${mount}/filler`
setInterval(() => {}, 1000)
await { full, 'full-at-start': fullAtStart, 'read-only': readOnly, 'read-only-after-crash': readOnlyAfterCrash }[
  story
]!()
process.exit()

async function full(): Promise<void> {
  const { history } = await open(folder)
  tell('first', await history.save({ bans: [ban('192.0.2.1')] }))
  fill()
  // More than the room left within the log's last page.
  const many = history.save({ bans: Array.from({ length: 200 }, (_, i) => ban(`10.0.0.${i}`)) })
  await until(() => history.state().kind !== 'ok')
  tell('state', history.state().kind, history.state().waitingRows)
  tell('read', (await history.bans({})).length)
  rmSync(filler)
  tell('later', await many)
  tell('state', history.state().kind, (await history.bans({})).length)
  await history.close()
}

async function fullAtStart(): Promise<void> {
  const before = await open(folder)
  await before.history.save({ bans: [ban('192.0.2.1')] })
  await before.history.close()
  fill()
  const { history } = await open(folder)
  const saved = history.save({ bans: Array.from({ length: 200 }, (_, i) => ban(`10.0.0.${i}`)) })
  await until(() => history.state().kind !== 'ok')
  tell('state', history.state().kind)
  tell('read', ...told(await gather(history.activeBans(NOON))))
  rmSync(filler)
  tell('later', await saved, history.state().kind)
  await history.close()
}

async function readOnly(): Promise<void> {
  const before = await open(folder)
  await before.history.save({ bans: [ban('192.0.2.1')] })
  await before.history.close()
  remount('ro')
  const { history } = await open(folder)
  const saved = history.save({ bans: [ban('192.0.2.2')] })
  tell('state', history.state().kind)
  tell('read', ...told(await gather(history.activeBans(NOON))))
  remount('rw')
  tell('later', await saved, history.state().kind, (await history.bans({})).length)
  await history.close()
}

/** The log holds what the database does not yet. */
async function readOnlyAfterCrash(): Promise<void> {
  const before = await open(folder)
  await before.history.save({ bans: [ban('192.0.2.1')] })
  const files = readdirSync(folder).map((name) => [name, readFileSync(`${folder}/${name}`)] as const)
  await before.history.close()
  for (const [name, bytes] of files) if (!name.endsWith('-shm')) writeFileSync(`${folder}/${name}`, bytes)
  remount('ro')
  const { history } = await open(folder)
  const saved = history.save({ bans: [ban('192.0.2.2')] })
  tell('state', history.state().kind)
  remount('rw')
  tell('later', await saved, history.state().kind)
  tell('read', ...told(await gather(history.activeBans(NOON))))
  await history.close()
}

/** To the last byte: by pieces that get smaller. */
function fill(): void {
  const { bavail, bsize } = statfsSync(mount)
  writeFileSync(filler, Buffer.alloc(bavail * bsize))
  try {
    for (;;) writeFileSync(filler, Buffer.alloc(1), { flag: 'a' })
  } catch {
    // It is full.
  }
}

function remount(mode: 'ro' | 'rw'): void {
  execFileSync('mount', ['-o', `remount,${mode}`, mount])
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}

function tell(...words: (string | number)[]): void {
  console.log(words.join(' '))
}
