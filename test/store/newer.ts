/** Migrations that are to come, of which the second touches every ban. */
import type { Migration } from '../../src/store/migration.ts'
import { MIGRATIONS } from '../../src/store/schema.ts'

const last = MIGRATIONS.at(-1)!.number

export const NEWER: readonly Migration[] = [
  ...MIGRATIONS,
  { number: last + 1, sql: 'ALTER TABLE ban ADD COLUMN note TEXT' },
  { number: last + 2, sql: "UPDATE ban SET note = 'from before'" },
]
