/** Durations, ports and printable text. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDuration, printDuration } from '../../src/base/duration.ts'
import { Fault } from '../../src/base/fault.ts'
import { parsePorts, printPorts } from '../../src/base/ports.ts'
import { printable } from '../../src/base/printable.ts'

const durations: readonly [text: string, seconds: number][] = [
  ['600', 600],
  ['10m', 600],
  ['1d12h30m', 131400],
  ['1h-5m', 3300],
  ['60*10', 600],
  ['-1', -1],
  [' 1h 5m ', 3900],
  ['2 weeks', 1209600],
  ['1y', 31557600],
  ['1mo', 2629800],
  ['1.5h', 5400],
  ['(1h+30m)/2', 2700],
  ['1H', 3600],
  ['10m # ten minutes', 600],
  ['1h 30', 3630],
  ['2h**2', 25920000],
  ['-2**2', -4],
  ['2**-1', 0.5],
  ['-7//2', -4],
  ['-7%3', 2],
]

for (const [text, seconds] of durations)
  test(`"${text}" lasts ${seconds} s`, () => assert.equal(parseDuration(text), seconds))

for (const text of ['', 'ten', '1x', '1m;', '__import__("os")', '1+', '(1', '1/0', '007', '9**99', '[5]', 'None']) {
  test(`"${text}" is no duration`, () =>
    assert.throws(() => parseDuration(text), { name: 'Fault', code: 'duration.bad' }))
}

const printed: readonly [seconds: number, text: string][] = [
  [0, '0s'],
  [59, '59s'],
  [600, '10m'],
  [90061, '1d 1h'],
  [3601, '1h 1s'],
  [-1, 'for ever'],
]

for (const [seconds, text] of printed)
  test(`${seconds} s is shown as ${text}`, () => assert.equal(printDuration(seconds), text))

const SERVICES: Readonly<Record<string, number>> = { http: 80, https: 443 }
const ports: readonly [text: string, printed: string][] = [
  ['http,https', '80,443'],
  ['443, 80', '80,443'],
  ['80,81,82', '80-82'],
  ['1024:2048', '1024-2048'],
  ['0:65535', 'all'],
  ['all', 'all'],
]

for (const [text, expected] of ports) {
  test(`the ports "${text}" are ${expected}`, () =>
    assert.equal(printPorts(parsePorts(text, (name) => SERVICES[name])), expected))
}

for (const text of ['', '0', '80-79', '65536', 'gopher', '80 } accept', '-1', '1:2:3']) {
  test(`"${text}" is no list of ports`, () => assert.throws(() => parsePorts(text, (name) => SERVICES[name]), Fault))
}

const shown: readonly [given: string, text: string][] = [
  ['plain text, ümläut, 漢字', 'plain text, ümläut, 漢字'],
  ['\x1b[2J', '\\x1b[2J'],
  ['a\r\nb\0', 'a\\x0d\\x0ab\\x00'],
  ['\x9b31m', '\\x9b31m'],
  ['\u202eevil', '\\u{202e}evil'],
  ['\ud800x', '\\u{d800}x'],
  ['😀', '😀'],
]

for (const [given, text] of shown)
  test(`${JSON.stringify(given)} is shown as ${text}`, () => assert.equal(printable(given), text))
