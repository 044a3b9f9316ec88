/** The grammar of `rampart`, from the parser that its words are read by: commander's, of which this is what is needed. */
import type { Grammar, GrammarArgument, GrammarOption } from './grammar.ts'

export interface Parser {
  name(): string
  usage(): string
  helpGroup(): string
  readonly registeredArguments: readonly ParserArgument[]
  createHelp(): Help
  /** An event emitter's: what stands behind the help is written when it is told that the help has been. */
  readonly emit?: (event: string, context: { readonly write: (text: string) => void }) => void
}

interface Help {
  visibleCommands(parser: Parser): Parser[]
  visibleOptions(parser: Parser): ParserOption[]
  commandDescription(parser: Parser): string
  subcommandDescription(parser: Parser): string
  optionDescription(option: ParserOption): string
  argumentDescription(argument: ParserArgument): string
}

interface ParserOption {
  readonly flags: string
  readonly argChoices?: string[]
}

interface ParserArgument {
  readonly variadic: boolean
  readonly argChoices?: string[]
  name(): string
}

/** With all commands below it; none that help does not show. @param above the name of the command that it is one of */
export function grammarOf(parser: Parser, above = ''): Grammar {
  const help = parser.createHelp()
  const name = `${above} ${parser.name()}`.trim()
  const headings = new Map<string, Grammar[]>()
  for (const command of help.visibleCommands(parser)) {
    const heading = (command.helpGroup() || 'Commands:').replace(/:$/, '')
    headings.set(heading, [...(headings.get(heading) ?? []), grammarOf(command, name)])
  }
  return {
    name,
    summary: help.subcommandDescription(parser),
    description: help.commandDescription(parser),
    usage: parser.usage().trim(),
    arguments: parser.registeredArguments.map((argument) => argumentOf(help, argument)),
    options: help.visibleOptions(parser).map((option) => optionOf(help, option)),
    commands: [...headings].map(([heading, members]) => ({ heading, members })),
    after: afterHelp(parser),
  }
}

function argumentOf(help: Help, argument: ParserArgument): GrammarArgument {
  const { variadic: several, argChoices: choices = [] } = argument
  return { name: argument.name(), told: help.argumentDescription(argument), several, choices }
}

/** Its flags are written `-h, --help` or `--config <folders...>`. */
function optionOf(help: Help, option: ParserOption): GrammarOption {
  const [, names = '', value] = /^([^<[]*?)(?:[ =]*([<[].*))?$/.exec(option.flags) ?? []
  return { names: names.split(/[ ,|]+/), value, told: help.optionDescription(option), choices: option.argChoices ?? [] }
}

function afterHelp(parser: Parser): string {
  let after = ''
  parser.emit?.('afterHelp', {
    write: (text) => {
      after += text
    },
  })
  return after.trim()
}
