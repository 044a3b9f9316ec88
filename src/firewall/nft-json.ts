/** What `nft -j` prints. */
import { Fault } from '../base/fault.ts'

/** `{ "set": { "family": "inet", "table": "rampart_bans", "name": ... } }` */
export type NftObject = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** @throws Fault `kernel.refused`: it is of an unknown form */
export function parseNftObjects(json: string): readonly NftObject[] {
  const { nftables } = fieldsOf(parsed(json))
  if (!Array.isArray(nftables) || !nftables.every(isNftObject)) throw unknown()
  return nftables
}

function isNftObject(object: unknown): object is NftObject {
  return isFields(object) && Object.values(object).every(isFields)
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return isFields(value) ? value : {}
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    throw unknown()
  }
}

function unknown(): Fault {
  return new Fault('kernel.refused', 'nft lists the ruleset in an unknown form')
}
