/** Sentences about profiles: `app list`, `app info NAME`, `app update --add-new NAME`, `app default deny`. */
import type { Command } from './command.ts'
import { mayNameProfile } from './profile-name.ts'
import { badSyntax, wrong } from './wrong.ts'

/**
 * @param words behind `app`
 * @throws Fault `ufw.syntax`, `ufw.profile`
 */
export function parseAppSentence(words: readonly string[]): Command {
  const [verb = '', name, more] = words
  switch (verb.toLowerCase()) {
    case 'list':
      if (words.length > 1) throw badSyntax()
      return { kind: 'app-list' }
    case 'info':
      if (name === undefined) throw badSyntax()
      if (name !== 'all' && !mayNameProfile(name)) throw wrong('profile', 'Invalid profile name')
      return { kind: 'app-info', name }
    case 'default':
      return { kind: 'app-default', policy: readPolicy(name) }
    case 'update':
      if (name === undefined) throw badSyntax()
      return name === '--add-new' && more !== undefined ? addNew(more) : { kind: 'app-update', name, addNew: false }
    default:
      throw badSyntax()
  }
}

function readPolicy(word: string | undefined): Extract<Command, { kind: 'app-default' }>['policy'] {
  const policy = (['allow', 'deny', 'reject', 'skip'] as const).find((one) => one === word?.toLowerCase())
  if (policy === undefined) throw badSyntax()
  return policy
}

function addNew(name: string): Command {
  if (name === 'all') throw wrong('profile', "Cannot specify 'all' with '--add-new'")
  return { kind: 'app-update', name, addNew: true }
}
