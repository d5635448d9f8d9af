package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"lockheld/internal/report"
	"lockheld/sched"
)

// Defaults.
const (
	defaultStrategy    = "dpor"
	defaultPreemptions = -1
	defaultMemory      = 1 << 30
	mostClasses        = 1 << 20 // classes of executions that a sampling strategy tells apart
	defaultSamples     = 10000   // executions of a sampling strategy without -n and -timeout
)

// settings are the values of the flags.
type settings struct {
	depth       int
	scenarios   string
	variant     string
	properties  string
	litmus      string
	outcomes    bool
	strategy    string
	seed        uint64
	executions  int64
	timeout     time.Duration
	preemptions bound
	memory      byteSize
	symmetry    bool
	all         bool
	complete    bool
	selfcheck   bool
	workers     int
	save        string
	resume      string
	quiet       bool
	verbose     bool
	output      string
	format      string
	json        bool

	set map[string]bool // flags that were given, in arguments or environment
}

// newSettings returns the defaults.
func newSettings() *settings {
	return &settings{variant: defaultVariant, strategy: defaultStrategy, seed: 1, preemptions: upTo(defaultPreemptions), memory: defaultMemory,
		workers: runtime.NumCPU(), format: report.Formats()[0].Name}
}

// flagEntry is one flag.
type flagEntry struct {
	name     string
	value    string                // what stands for its value in the manual, "" for a switch
	at       func(s *settings) any // a pointer to its value
	commands string                // other commands that know it
}

// flagTable lists the flags in the order of the manual, which is the package
// comment and says what they mean. To add one, add an entry, a field of
// settings, and a paragraph there.
var flagTable = []flagEntry{
	{"depth", "N", func(s *settings) any { return &s.depth }, "replay infer coverage"},
	{"scenario", "LIST", func(s *settings) any { return &s.scenarios }, "infer coverage"},
	{"variant", "NAME", func(s *settings) any { return &s.variant }, "infer coverage"},
	{"property", "LIST", func(s *settings) any { return &s.properties }, ""},
	{"litmus", "FILE", func(s *settings) any { return &s.litmus }, "replay"},
	{"outcomes", "", func(s *settings) any { return &s.outcomes }, ""},
	{"strategy", "NAME", func(s *settings) any { return &s.strategy }, "infer coverage"},
	{"seed", "N", func(s *settings) any { return &s.seed }, "infer coverage"},
	{"n", "N", func(s *settings) any { return &s.executions }, "infer coverage"},
	{"timeout", "D", func(s *settings) any { return &s.timeout }, "infer coverage"},
	{"preemptions", "K", func(s *settings) any { return &s.preemptions }, "infer coverage"},
	{"memory", "SIZE", func(s *settings) any { return &s.memory }, "infer coverage"},
	{"symmetry", "", func(s *settings) any { return &s.symmetry }, ""},
	{"all", "", func(s *settings) any { return &s.all }, ""},
	{"complete", "", func(s *settings) any { return &s.complete }, ""},
	{"selfcheck", "", func(s *settings) any { return &s.selfcheck }, ""},
	{"j", "N", func(s *settings) any { return &s.workers }, ""},
	{"checkpoint", "FILE", func(s *settings) any { return &s.save }, ""},
	{"resume", "FILE", func(s *settings) any { return &s.resume }, ""},
	{"q", "", func(s *settings) any { return &s.quiet }, ""},
	{"v", "", func(s *settings) any { return &s.verbose }, "replay"},
	{"o", "FILE", func(s *settings) any { return &s.output }, "replay infer coverage audit accept"},
	{"format", "NAME", func(s *settings) any { return &s.format }, ""},
	{"json", "", func(s *settings) any { return &s.json }, ""},
}

// declare adds the flag to f. The value that it has in s is its default.
func (e *flagEntry) declare(f *flag.FlagSet, s *settings) {
	switch p := e.at(s).(type) {
	case *bool:
		f.BoolVar(p, e.name, *p, "")
	case *int:
		f.IntVar(p, e.name, *p, "")
	case *int64:
		f.Int64Var(p, e.name, *p, "")
	case *uint64:
		f.Uint64Var(p, e.name, *p, "")
	case *string:
		f.StringVar(p, e.name, *p, "")
	case *time.Duration:
		f.DurationVar(p, e.name, *p, "")
	case *byteSize:
		f.Var(p, e.name, "")
	case *bound:
		f.Var(p, e.name, "")
	default:
		panic(fmt.Sprintf("explore: flag -%s has a value of type %T", e.name, p))
	}
}

// flagSet has the flags of a command, "" being exploration itself.
func (s *settings) flagSet(command string) *flag.FlagSet {
	f := flag.NewFlagSet("explore", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	for i := range flagTable {
		if e := &flagTable[i]; command == "" || slices.Contains(strings.Fields(e.commands), command) {
			e.declare(f, s)
		}
	}
	return f
}

// environment is what the names of environment variables begin with.
const environment = "EXPLORE_"

// usageError is a mistake on the command line.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// errHelp is returned where the arguments ask for the manual.
var errHelp = errors.New("help")

// parse reads the flags of a command from args and from the environment, and
// returns the other arguments.
func (s *settings) parse(command string, args []string) ([]string, error) {
	f := s.flagSet(command)
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil, errHelp
		}
		return nil, usagef("%w (explore help shows the flags)", err)
	}
	s.set = map[string]bool{}
	f.Visit(func(g *flag.Flag) { s.set[g.Name] = true })
	var bad error
	f.VisitAll(func(g *flag.Flag) {
		name := environment + strings.ToUpper(g.Name)
		value, ok := os.LookupEnv(name)
		if !ok || s.set[g.Name] || bad != nil {
			return
		}
		if err := g.Value.Set(value); err != nil {
			bad = usagef("invalid value %q of the environment variable %s: %w", value, name, err)
		}
		s.set[g.Name] = true
	})
	return f.Args(), bad
}

// parseAll reads the flags of a command that takes nothing else, and checks them.
func (s *settings) parseAll(command string, args []string) error {
	rest, err := s.parse(command, args)
	if err == nil {
		err = noArguments(rest)
	}
	if err == nil {
		err = s.check()
	}
	return err
}

// check finds values that are out of range or contradict each other.
func (s *settings) check() error {
	for _, c := range []struct {
		wrong bool
		say   string
	}{
		{s.depth < 0, "-depth is negative; 0 is no limit"},
		{s.executions < 0, "-n is negative; leave it out for no limit"},
		{s.executions == 0 && s.set["n"], "-n is 0; leave it out for no limit"},
		{s.timeout < 0, "-timeout is negative"},
		{s.timeout == 0 && s.set["timeout"], "-timeout is 0; leave it out for no limit"},
		{s.preemptions.first < -1, "-preemptions is below -1, which is no bound"},
		{s.preemptions.last > math.MaxInt16, fmt.Sprintf("-preemptions is above %d; -1 is no bound", math.MaxInt16)},
		{s.workers < 1, "-j is less than 1"},
		{s.quiet && s.verbose, "-q and -v contradict each other"},
		{s.litmus != "" && s.scenarios != "", "-litmus and -scenario contradict each other"},
		{s.litmus != "" && s.set["variant"], "-variant is for scenarios, -litmus explores a file"},
		{s.litmus != "" && s.properties != "", "-property is for scenarios, -litmus explores a file"},
		{s.litmus == "" && s.set["litmus"], "-litmus needs the name of a file"},
		{s.output == "" && s.set["o"], "-o needs the name of a file"},
		{s.save == "" && s.set["checkpoint"], "-checkpoint needs the name of a file"},
		{s.resume == "" && s.set["resume"], "-resume needs the name of a file"},
		{(s.save != "" || s.resume != "") && s.preemptions.first != s.preemptions.last, "-checkpoint and -resume take one bound of -preemptions, not a range"},
		{s.outcomes && s.save != "", "-outcomes and -checkpoint contradict each other: outcomes are not saved"},
		{s.outcomes && s.resume != "", "-outcomes and -resume contradict each other: outcomes are not saved"},
		{s.outcomes && s.litmus == "", "-outcomes needs -litmus"},
		{s.json && s.set["format"] && s.format != "json", "-json and -format contradict each other"},
	} {
		if c.wrong {
			return usageError{errors.New(c.say)}
		}
	}
	e, err := s.strategyEntry()
	if err != nil {
		return err
	}
	if s.selfcheck && (e.Name != defaultStrategy || s.preemptions.last >= 0) {
		return usagef("-selfcheck is for %s without a bound on preemptions", defaultStrategy)
	}
	if e.Kind == sched.Sampling && s.set["preemptions"] {
		return usagef("-preemptions is for strategies that search, %s samples", e.Name)
	}
	if e.Chooses && s.set["preemptions"] && s.preemptions.last >= 0 {
		return usagef("-preemptions is for strategies that bound them, %s has no bound", e.Name)
	}
	if s.set["memory"] && !e.Keeps {
		return usagef("-memory is for strategies that keep states, %s keeps none", e.Name)
	}
	if s.save != "" || s.resume != "" {
		if err := e.Saves(s.options(e)); err != nil {
			return usagef("-checkpoint and -resume: %w", err)
		}
	}
	if s.symmetry && e.Chooses {
		return usagef("-symmetry is for dpor, dfs and cache: %s weighs searches without it", e.Name)
	}
	if s.symmetry && !e.Symmetric {
		return usagef("-symmetry is for strategies that search, %s samples", e.Name)
	}
	_, err = s.formatEntry()
	return err
}

// strategyEntry is the strategy of the settings. A name may have a parameter
// behind a slash, such as pct/4.
func (s *settings) strategyEntry() (*sched.StrategyEntry, error) {
	e, err := sched.LookupStrategy(s.strategy)
	if err == nil && s.strategy != "" {
		return e, nil
	}
	var names []string
	for _, e := range sched.Strategies() {
		names = append(names, e.Name)
	}
	if family, _, ok := strings.Cut(s.strategy, "/"); ok && slices.Contains(names, family) {
		return nil, usageError{err}
	}
	return nil, unknown("strategy", s.strategy, names)
}

func (s *settings) formatEntry() (*report.Format, error) {
	if s.json {
		s.format = "json"
	}
	list := report.Formats()
	var names []string
	for i := range list {
		if list[i].Name == s.format {
			return &list[i], nil
		}
		names = append(names, list[i].Name)
	}
	return nil, unknown("format", s.format, names)
}

// stepLimit is the limit of steps as the engine takes it.
func (s *settings) stepLimit() int {
	if s.depth == 0 && s.set["depth"] {
		return -1
	}
	return s.depth
}

// options are the settings as the engine takes them.
func (s *settings) options(e *sched.StrategyEntry) sched.Options {
	o := sched.Options{Strategy: e.Name, Depth: s.stepLimit(), Preemptions: s.preemptions.last, Seed: s.seed,
		Executions: s.executions, All: s.all || s.outcomes, CacheBytes: int64(s.memory), Symmetry: s.symmetry}
	if e.Kind == sched.Sampling || e.Reduces && !s.set["preemptions"] {
		o.Preemptions = -1
	}
	if e.Kind == sched.Sampling {
		o.Classes = mostClasses
		if s.executions == 0 && s.timeout == 0 {
			o.Executions = defaultSamples
		}
	}
	return o
}
