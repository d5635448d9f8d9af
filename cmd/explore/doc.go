// Explore runs concurrent programs under many schedules and reports what goes
// wrong: a lock that is not held where it must be, a property that does not
// hold, a deadlock. Its scenarios are situations in the page heap of the Go
// runtime.
//
//	explore [flags]
//	explore list scenarios|variants|bugs|properties|sites|strategies|programs|formats
//	explore replay [flags] TOKEN|FILE
//	explore conform [flags] FILE...
//	explore infer [flags]
//	explore audit [flags] [DIR]
//	explore coverage [flags]
//	explore accept [flags] FILE
//	explore help
//
// # Exploration
//
// Without a command, explore explores scenarios, all of them unless -scenario
// says otherwise. For each it writes what it found and one last line, with tabs
// between its fields:
//
//	ok    SCENARIO  VARIANT  STRATEGY  executions=N steps=N blocked=N VERDICT
//	FAIL  SCENARIO  VARIANT  STRATEGY  executions=N steps=N blocked=N KIND SITE
//
// An execution is one run of the scenario, a step is one operation on shared
// memory; blocked counts executions that were abandoned as redundant. The
// verdict says what the search is worth:
//
//	complete              every schedule was covered: a proof for this scenario
//	bounded depth=N cut=M preemptions=K loops=L
//	                      every schedule within the bounds was covered; M
//	                      executions were cut off after N steps, L came back to
//	                      a state of theirs, under strategy cache
//	sampled seed=N schedules=HASH
//	                      some schedules were tried; the hash is of all of them
//	stopped WHY           the search was ended by -n, -timeout or an interrupt, or
//	                      its states did not fit into -memory
//
// Lines that begin with "note: SCENARIO:" say what a reader must know to judge
// the verdict. Of a strategy that samples they say how many classes of schedules
// it saw (schedules of one class differ only in the order of steps that commute)
// and how likely the next execution is of another, by Good and Turing; of pct,
// with what probability a bug of the depth was missed at most; of portfolio,
// what each of its strategies did. Of cache they say how many states there are, in
// how much memory, and how probable it is that two of them were taken for one; of
// auto, which strategy it chose, and what made it expect that to be quicker.
//
// A FAIL line ends in the kind of the violation and the site where it was
// found: an assertion point, a property, a lock or an object. Before it stand
// the trace that leads there, made as short as possible, and a line
//
//	replay: go run ./cmd/explore replay TOKEN
//
// with the command that repeats it. With -all there is one trace for each
// distinct violation, and violations=N before the kind. A violation in one
// scenario does not stop the others.
//
// A trace is a table with a column for each task. Steps stand below the function
// that makes them, and beside who holds the heap lock after them. Steps on
// objects that no other task touches in this execution are only counted, such
// as "... 4 steps"; -v shows all, and the calls that led to them. A line that
// begins with *** is where the violation stands.
//
// The same flags give the same output, byte for byte, whatever -j is, but for
// -v, which shows times, and -timeout.
//
// # Flags
//
// Every flag may also be given as an environment variable, such as EXPLORE_SEED
// for -seed; a flag goes before it.
//
//	-depth N
//		most steps in one execution; 0 is no limit. If not given, an execution of
//		1,000,000 steps, which may never end, ends the search: stopped
//	-scenario LIST
//		what to explore, separated by commas: scenarios, or built-in programs
//		such as heaplock/3; every scenario in its small form if not given
//	-variant NAME
//		whose code the scenarios run (default go1.16); break:SITE is Go 1.16 where
//		who comes to the assertion point SITE is deprived of what it requires
//	-property LIST
//		what must hold, separated by commas: these properties and no others, or,
//		with + or - before each name, one more or one less than every property
//		that applies and that Go 1.16 is not known to lack
//	-litmus FILE
//		explore the program in the litmus file FILE
//	-outcomes
//		with -litmus: also write every distinct end of an execution; the search
//		goes on after violations then
//	-strategy NAME
//		who chooses the schedules, one of "explore list strategies"; pct/D is
//		pct for bugs of depth D (default dpor)
//	-seed N
//		seed of the strategies that sample (default 1)
//	-n N
//		most executions of each scenario; if not given there is no limit, and
//		10000 for strategies that sample without -timeout
//	-timeout D
//		stop after this time, such as 30s or 5m, from the start of the command
//	-preemptions K
//		most preemptions in one execution, for strategies that search: switches
//		away from a task that could go on; -1 is no bound (default -1), and
//		the only value for auto. With a bound, dpor explores exactly the
//		classes of equivalent schedules that have one within it; a note says how
//		many executions that took besides. A range such as 0..3 tries each bound
//		in turn until something is found or nothing is left out
//	-memory SIZE
//		most memory for the states of each scenario, for strategies that keep
//		states, or for what dpor has to come back to, such as 512MB or 2GB;
//		when it is full the search ends, and the verdict is stopped (default
//		1GB)
//	-symmetry
//		let tasks that a program declares to be interchangeable take turns in
//		one order only, for strategies dpor, dfs and cache; the verdict is up to
//		symmetry then, and notes name the tasks. Scenarios reclaim and
//		sweep-termination have such Ms, and programs counter and readers such
//		tasks; docs/SYMMETRY.md says why others have not
//	-all
//		go on after a violation and list the distinct ones
//	-complete
//		exit 3 unless every verdict is complete; a bounded search is not
//	-selfcheck
//		where dpor's verdict is complete, also run schedules by brute force and
//		at random, 25000 at most, and compare: the class of each must be one that
//		dpor ran, and where these are all schedules, no class may be left over. A
//		note says what was compared; exit 1 and a schedule where it fails. With
//		-symmetry each execution is first repeated with tasks exchanged, which
//		must make no other difference; the classes are those of all
//	-j N
//		workers; the number of processors if not given. They explore several
//		scenarios at the same time, and share the schedules of one where there
//		are more workers than scenarios. Strategy cache has one worker for each
//		scenario, so have strategies that search with -n, and dpor with
//		-checkpoint, -resume or a bound of preemptions
//	-checkpoint FILE
//		save in FILE how far the search is, every 30 seconds and at the end, also
//		after an interrupt or -timeout. FILE is replaced as a whole each time; one
//		that is there must be a checkpoint. Strategies cache and auto cannot be saved,
//		nor can ranges of -preemptions
//	-resume FILE
//		go on from a checkpoint, with the same flags (but -j, -timeout and those
//		about output) and the same build of explore: the report is that of a search
//		that was never left. FILE is only read; name it with -checkpoint too to
//		save what is done now
//	-q
//		no progress on standard error
//	-v
//		show every step of a trace with its calls, and the time that each
//		scenario took
//	-o FILE
//		write to FILE what would go to standard output; FILE is replaced when
//		everything has been written, and stays as it was if that fails
//	-format NAME
//		format of the output, one of "explore list formats" (default text)
//	-json
//		the same as -format json: one JSON object on a line of its own for each
//		scenario, with the traces of its findings
//
// # Commands
//
// List writes the names that flags take, one a line: name, tab, a sentence. For
// variants the kind stands in between (release, bug, mutant, fixed or test) and
// the property or site that catches it, or "-". For real bugs there stand the
// issue, "in-go1.16" for one that the release has (or caught, harmless,
// left-out), what catches it, in which scenario, and the variant that is clean
// there.
//
// Replay runs the schedule of a token again and writes its trace. A FILE holds
// the token on a line of its own; empty lines and lines that begin with # do not
// count; "-" is standard input. The token names the scenario, variant and
// properties, and notices when the program is another one than it was made for
// or when something else happens. It knows the flags -v, -o and -depth, and
// -litmus for the token of a litmus file.
//
// Conform replays on the page heap what the real Go 1.16 runtime answered to
// the operations in vector files, and compares every answer. It
// knows the flags -kinds LIST, to run cases of these kinds only (pageheap, bitmap,
// word, ranges, arenas, mheap), and -level NAME, what to compare: full (the default),
// or results, without what is internal to the runtime.
//
// Infer explores scenarios and writes, instead of checking contracts, under which
// conditions the functions of the page heap were called: a row for each function
// with the heap lock at the entry (held, held or stopped, sometimes held, not
// held), whether it was held at the return and dropped in between, the stack, and
// whether the M had a P; for each "not" the command that shows it, and after which
// step, as the execution may go on from there. Assertions
// about locks, stacks and stops of the world end no execution here. Lines that
// begin with "difference:", "inconsistent:" and "site:" say what is other than the
// runtime documents; the variants that are about the time before the heap lock
// assertions are compared with the contracts of that time. It knows the flags
// -scenario, -variant, -depth, -strategy, -seed, -n, -timeout, -preemptions,
// -memory and -o, and explores with dfs, at most one preemption and 400 steps if not told
// otherwise.
//
// Coverage explores scenarios, all but the large ones if -scenario does not say
// otherwise, and writes what their executions came to, in lines with tabs that
// begin with what they are about: "site", an assertion point, with the scenarios
// that reach it and the variants that violate it; "branch", of scavengeOne, which
// may drop the heap lock or not; "window", a time in which an M has dropped a lock
// in the middle of something or the world is neither running nor stopped, and
// "pair", two Ms of which the second moved while the first was in the window, and
// where it took the heap lock there; "goal", what a scenario is made for and did
// not reach; "switch", a variant, with the scenarios in which it does anything
// else than Go 1.16; "step", a function, what it does and to what, where numbers
// in names are #. A line that begins with "note" says if the time was up or there
// was an interrupt. The last line counts. It knows the flags of infer.
//
// Audit reads the source of the Go tree at DIR, that of the go command if not
// given, and writes its assertions about the heap lock: function, what is demanded,
// where in the function (entry, return, inside), file and line, and the assertion
// point of the model that it is, or "-". Then it says what came ("came:") and went
// ("went:") compared with the 28 points of Go 1.16, which is no failure. It knows
// the flag -o.
//
// Accept reads the execution trace in FILE, compressed with gzip or not, "-" being
// standard input, of a program that ran with GODEBUG=traceallocfree=1. It turns its
// starts and stops of Ps, stops of the world, numbers of Ps and allocations and
// frees of spans into steps, and checks that the model accepts them: no page
// belongs to two spans, what is freed was allocated, and not while the collector
// marks, each P has one thread, each stop of the world has a moment at which only
// one thread has a P, Ps are destroyed in such a stop only and do not run again. It
// says what of the trace it did not use. It knows the flag -o.
//
// # Exit codes
//
//	0    nothing was found
//	1    a violation, a mismatch, or a difference
//	2    wrong usage, or input that cannot be read: one line says what and where
//	3    undecided: -complete, and a verdict is not; or a replay that diverges
//	130  interrupted; the report so far is written
//
// They are those of the built program: "go run" turns every failure into 1.
// Nothing is ever coloured. Progress goes to standard error, as one line that is
// rewritten on a terminal and as a line every 10 seconds elsewhere.
package main
