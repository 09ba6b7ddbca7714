"""How much would the recordings notice? Small faults are planted in the classes they guard, one at a time.

operators   what can be changed in a piece of syntax
mutants     all mutants of a class, each with a name that outlives edits elsewhere
subjects    where a class stands, and how a mutant takes its place in a running process
guard       pytest, warmed up once; its tests run in forks
forks       one fork: some tests in order, until one fails or the limit of CPU time is reached
covering    which test executes which line; line and branch coverage
results     what was found, in a file that a later run continues
measuring   the whole measurement, and a sample of it
scenarios   what each test covers: methods, transitions, faults
report      docs/mutation.md
"""
