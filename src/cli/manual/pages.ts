/** Every page of the manual. */
import { grammarOf, type Parser } from '../grammar/of-commander.ts'
import { fail2banPages } from './fail2ban-pages.ts'
import { jailPage } from './jail-page.ts'
import type { Page, Release } from './page.ts'
import { rampartPages } from './rampart-pages.ts'
import { ufwPage } from './ufw-page.ts'

/** @param parser of `rampart`'s words */
export function pages(parser: Parser, release: Release): readonly Page[] {
  return [...rampartPages(grammarOf(parser), release), ufwPage(release), ...fail2banPages(release), jailPage(release)]
}
