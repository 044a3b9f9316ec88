/** The classes of exceptions that may come over the socket, and the modules they are of. No other name is ever looked up. */

const BUILTINS = [
  ...['ArithmeticError', 'AssertionError', 'AttributeError', 'BaseException', 'BlockingIOError', 'BrokenPipeError'],
  ...['BufferError', 'ConnectionError', 'ConnectionRefusedError', 'ConnectionResetError', 'EOFError', 'Exception'],
  ...['FileExistsError', 'FileNotFoundError', 'FloatingPointError', 'ImportError', 'IndexError', 'InterruptedError'],
  ...['IOError', 'IsADirectoryError', 'KeyError', 'LookupError', 'MemoryError', 'ModuleNotFoundError', 'NameError'],
  ...['NotADirectoryError', 'NotImplementedError', 'OSError', 'OverflowError', 'PermissionError', 'ProcessLookupError'],
  ...[
    'RecursionError',
    'ReferenceError',
    'RuntimeError',
    'StopIteration',
    'SyntaxError',
    'SystemError',
    'TimeoutError',
  ],
  ...['TypeError', 'UnboundLocalError', 'UnicodeDecodeError', 'UnicodeEncodeError', 'UnicodeError', 'ValueError'],
  'ZeroDivisionError',
]

const OTHERS: readonly (readonly [module: string, name: string])[] = [
  ['fail2ban.exceptions', 'UnknownJailException'],
  ['fail2ban.exceptions', 'DuplicateJailException'],
  ['fail2ban.server.server', 'ServerInitializationError'],
  ['fail2ban.server.failregex', 'RegexException'],
  ['sqlite3', 'OperationalError'],
  ['sqlite3', 'DatabaseError'],
  ['re', 'error'],
  ['sre_constants', 'error'],
]

/** Where Python finds a class of this name; undefined: it is none that is told. */
export function moduleOf(name: string): string | undefined {
  if (BUILTINS.includes(name)) return 'builtins'
  return OTHERS.find(([, other]) => other === name)?.[0]
}

/** Whether this class is one that is told. `exceptions`: Python 2's builtins. */
export function isException(module: string, name: string): boolean {
  if (module === 'builtins' || module === 'exceptions') return BUILTINS.includes(name)
  return OTHERS.some(([of, other]) => of === module && other === name)
}
