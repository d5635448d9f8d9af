package sched

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync/atomic"
)

// Options say how to explore. The zero value explores everything depth first
// without a limit, except that Preemptions must be -1 for no bound.
type Options struct {
	Strategy    string // name of a strategy of [Strategies]; "" is dfs
	Depth       int    // most steps of an execution; 0: an execution of SafetyDepth steps ends the search; -1: no limit
	Preemptions int    // dfs, cache: most preemptions of an execution; dpor: of one of its class; -1: no bound
	Seed        uint64 // of sampling strategies
	Executions  int64  // stop after so many executions, 0: no limit
	All         bool   // go on after a violation and keep the distinct ones

	// Recheck runs every so many executions twice to find uncontrolled
	// nondeterminism. 0 is 1000, -1 is never.
	Recheck int64
	// Driven makes tasks switch through the caller. It is slower, and uses
	// package iter only as documented.
	Driven bool
	// Shrink is the number of executions spent on making the schedule of a
	// violation shorter. 0 is 10000, -1 is none.
	Shrink int

	// Symmetry leaves out schedules that others become when tasks are exchanged
	// which the program declares to be interchangeable; see [World.Symmetric].
	// Executions are fewer, and the verdict is up to symmetry then.
	Symmetry bool

	// Drain lets daemons go on after all other tasks have finished, until nothing
	// is enabled. Strategies that reduce always do so: whether a step of a daemon
	// would have come before the end is a matter of order.
	Drain bool

	// Classes is the number of classes of equivalent executions (Mazurkiewicz
	// traces) that are told apart and counted at most. 0 is not to count them.
	Classes int64

	// CacheBytes bounds the memory for the states that strategy cache has seen, and
	// for the wakeup trees and the stack of dpor or, with a bound on preemptions,
	// the beginnings that it knows. 0 is 1 GiB. When it is used up the search ends.
	CacheBytes int64

	// Workers is the number of workers among which the search is divided; 0 is
	// one. Pool, if not nil, is where it takes further ones from instead, as long
	// as there are any; it runs on one of the caller's then. The report is the
	// same, but for Report.Workers, unless the search is stopped. Some searches
	// have one worker whatever is asked for, see [StrategyEntry.Divides].
	Workers int
	Pool    *Pool
	eager   bool // divide at every chance: for tests

	safety   int  // instead of SafetyDepth: for tests
	races    bool // dpor: reckon with data races from the start
	findings int  // end the search when so many violations were found, 0: no limit

	// Saver, if not nil, gets states of the search; Resume is one to go on from. The
	// report is then that of a search that was never left. A state fits only the
	// program and the options of the search that it is of, see [State.Check].
	Saver  *Saver
	Resume *State

	// After sees every execution that counts, on a stack of the engine. With
	// several workers it sees them in any order, one at a time, and may see some
	// that in the end are not counted because a violation comes before them. A search
	// by dpor with All that meets a data race begins anew: After sees both.
	After func(*Result)
	Live  *Live // receives figures while the search runs
}

// SafetyDepth is the number of steps after which an execution is taken for one that
// never ends, unless [Options.Depth] says otherwise. It ends the search, which
// is [Stopped] then: the executions that go on like this are too many and too long.
const SafetyDepth = 1000000

// Live is what a search has done so far. It may be read at any time.
type Live struct {
	Executions, Steps atomic.Int64
	Depth             atomic.Int64 // most steps of an execution so far
	expected          atomic.Uint64
}

// Expect notes how many executions the search is expected to need.
func (l *Live) Expect(n float64) { l.expected.Store(math.Float64bits(n)) }

// Expected returns what was noted by [Live.Expect], by whoever did so last: the
// search itself does if its strategy is auto. It is 0 if nobody did.
func (l *Live) Expected() float64 { return math.Float64frombits(l.expected.Load()) }

// StrategyKind says what a finished search of a strategy proves.
type StrategyKind uint8

// Kinds of strategies.
const (
	Exhaustive StrategyKind = iota
	Sampling
)

// StrategyEntry is an entry of the list of strategies.
type StrategyEntry struct {
	Name string
	Doc  string // one sentence
	Kind StrategyKind
	make func(*Options) Strategy

	// Reduces says that the strategy leaves out schedules that are equivalent to
	// others. It checks no property that must always hold and does not declare
	// what it reads.
	Reduces bool

	// Keeps says that the strategy keeps states or what it has to come back to, in
	// Options.CacheBytes at most.
	Keeps bool

	// Symmetric says that the strategy takes Options.Symmetry. Those that sample do
	// not, as probabilities would change, nor auto, whose walks weigh searches
	// without it.
	Symmetric bool

	// Chooses says that the strategy chooses one of the others. It takes no bound
	// on preemptions.
	Chooses bool
}

// Divides reports whether several workers can share a search by the strategy. If
// not, it has one, whatever [Options.Workers] is.
func (e *StrategyEntry) Divides() bool {
	switch e.make(&Options{Preemptions: -1}).(type) {
	case sampler, divisible:
		return true
	}
	return false
}

var strategies = []StrategyEntry{
	{Name: "dfs", Doc: "Explores every schedule depth first, without reduction; -preemptions bounds it.", Kind: Exhaustive, make: newDFS, Symmetric: true},
	{Name: "dpor", Doc: "Explores one schedule of each class of equivalent ones: optimal dynamic partial order reduction.",
		Kind: Exhaustive, make: newDPOR, Reduces: true, Keeps: true, Symmetric: true},
	{Name: "cache", Doc: "Explores depth first and follows no state twice; for programs under one lock.", Kind: Exhaustive, make: newCache, Keeps: true, Symmetric: true},
	{Name: "auto", Doc: "Chooses dpor or cache by random walks.", Kind: Exhaustive, make: newDPOR, Reduces: true, Keeps: true, Chooses: true},
	{Name: "random", Doc: "Walks at random: each choice is uniform over what is possible.", Kind: Sampling, make: newRandom},
	{Name: "pct", Doc: "Runs by random priorities and lowers two at random moments: for bugs of depth 3, or of depth D as pct/D.", Kind: Sampling, make: newPCT},
	{Name: "pos", Doc: "Gives steps random priorities, and new ones to steps that conflict with the last.", Kind: Sampling, make: newPOS},
	{Name: "urw", Doc: "Makes all interleavings equally likely, by the steps that each task has left.", Kind: Sampling, make: newURW},
	{Name: "surw", Doc: "Makes all orders of the steps on one object equally likely, another object each time.", Kind: Sampling, make: newSURW},
	{Name: "portfolio", Doc: "Shares the executions among random, pct, pos, urw and surw.", Kind: Sampling, make: newPortfolio},
}

// Strategies returns the strategies; the first is that of Options without one.
func Strategies() []StrategyEntry { return slices.Clone(strategies) }

// LookupStrategy returns the strategy of a name, such as dfs or pct/4; the first
// of all for "". The error says what is wrong with the name.
func LookupStrategy(name string) (*StrategyEntry, error) {
	if name == "" {
		return &strategies[0], nil
	}
	for i := range strategies {
		if strategies[i].Name == name {
			return &strategies[i], nil
		}
	}
	if family, depth, ok := strings.Cut(name, "/"); ok && family == "pct" {
		return pctEntry(depth)
	}
	return nil, fmt.Errorf("unknown strategy %q", name)
}

// VerdictKind says how an exploration ended.
type VerdictKind uint8

// Verdicts.
const (
	Complete VerdictKind = iota // every schedule was covered: a proof
	Bounded                     // every schedule within the bounds was covered
	Sampled                     // some schedules were tried
	Stopped                     // interrupted, or out of budget
	Violated                    // a violation was found
)

var verdictNames = [...]string{"complete", "bounded", "sampled", "stopped", "violation"}

// String returns the word for k.
func (k VerdictKind) String() string { return verdictNames[k] }

// Finding is a violation with the schedule that leads to it.
type Finding struct {
	Violation Violation
	Schedule  Schedule // as short as it could be made
	Found     Schedule // as it was found
	At        int64    // number of the execution that found it, from 1
	first     bool     // the first violation of its execution
}

// Report is the sum of an exploration.
type Report struct {
	Program     string
	Strategy    string
	Chosen      string // auto: the strategy that it chose, "" if walks were enough
	Options     Options
	Verdict     VerdictKind
	Why         string // Stopped: the reason
	Executions  int64
	Steps       int64
	Blocked     int64  // executions that the strategy abandoned as redundant
	Cut         int64  // executions that reached the step limit
	MaxSteps    int    // of an execution
	Hash        uint64 // of all schedules and their numbers, for sampling strategies
	Workers     int    // that took part
	Findings    []Finding
	PassedOver  int64    // executions in which a task that went round and round had to let others go first
	Classes     int64    // distinct classes of executions, if they were counted
	ClassesFull bool     // there were more: counting ended there
	Unseen      float64  // estimate of the probability that the next execution is of a new class (Good and Turing)
	Symmetric   bool     // schedules were left out by symmetry: what was covered is so up to it
	Turns       []Turns  // of the groups of tasks that were taken as interchangeable then
	Notes       []string // of the strategy, such as a bound on what it missed
	Unreached   []string // goals that no execution reached
	Unreduced   []string // properties that declare no reads, unless every state was shown to them
	Loops       int64    // cache: times that an execution came back to a state of its own
	States      int64    // cache: distinct states
	Merged      int64    // cache: executions that ended at a state seen before
	CacheBytes  int64    // cache: memory for the states
	Nodes       int      // dpor: steps that wakeup trees held, at most at a time
	NodeBytes   int64    // dpor: memory for them and for the stack of the search
	Looks       []string // dpor: objects that hooks of locks looked at, though the order of that and of changes is open: they may miss something
	Extra       int64    // dpor with a bound on preemptions: executions that are not counted, as they showed no new class
	Bounded     []int64  // dpor with such a bound: classes with at most 0, 1, 2, … preemptions
}

// Explore runs p under many schedules. The error is nil unless the program
// cannot be set up or an option is wrong: violations are part of the report.
// When ctx ends, the report says Stopped.
func Explore(ctx context.Context, p *Program, o Options) (*Report, error) {
	e, err := LookupStrategy(o.Strategy)
	if err != nil {
		return nil, err
	}
	if e.Chooses {
		return exploreAuto(ctx, p, o, e)
	}
	return exploreBy(ctx, p, o, e)
}

func exploreBy(ctx context.Context, p *Program, o Options, e *StrategyEntry) (*Report, error) {
	if o.Symmetry && !e.Symmetric {
		return nil, e.refusesSymmetry()
	}
	s, err := newSearch(ctx, p, o, e)
	if err != nil {
		return nil, err
	}
	if err := s.run(); err != nil {
		return nil, err
	}
	if s, err = s.again(); err != nil {
		return nil, err
	}
	s.fill()
	if s, err = s.ordered(); err != nil {
		return nil, err
	}
	for i := range len(s.report.Findings) {
		if err := s.confirm(p, i); err != nil {
			return nil, err
		}
	}
	s.conclude()
	return s.report, nil
}

func newDriver(o *Options) driver {
	if o.Driven {
		return newDriven()
	}
	return newSymmetric()
}

// noter is implemented by strategies that have something to add to a report.
type noter interface{ notes(r *Report) []string }

// limited is implemented by strategies that may leave out schedules.
type limited interface{ leftOut() bool }

// selective is implemented by strategies that run executions which are not
// counted.
type selective interface {
	extra(r *Result) bool // the execution, which has just ended, is not counted
	silent() bool         // and what it showed is not reported
}

// concluder is implemented by strategies that judge their search themselves: it
// may add findings, and says why the search was given up, "" if it was not.
type concluder interface{ conclude(r *Report) string }

// reduced reports whether a strategy that does not always do so has left out
// schedules that are equivalent to others. A goal may hold in some of these only.
func reduced(s Strategy) bool {
	r, ok := s.(interface{ reduced() bool })
	return ok && r.reduced()
}

// conclude decides the verdict.
func (s *search) conclude() {
	rep, strat := s.report, s.workers[0].Strategy
	if m := s.workers[0].numbered; m != nil {
		strat = m.sampler
		m.sumInto(&s.total.sums)
	}
	s.declared()
	if s.o.Symmetry {
		rep.Turns = s.workers[0].x.listTurns()
		rep.Symmetric = rep.Turns != nil
	}
	if n, ok := strat.(noter); ok {
		rep.Notes = n.notes(rep)
	}
	s.total.tellLooks(rep)
	if s.total.endless {
		rep.Notes = append(rep.Notes, fmt.Sprintf("an execution made %d steps and did not end, which ended the search: "+
			"a task may change something for ever; with a depth of fewer steps every execution is cut off there", s.workers[0].x.depth))
	}
	gaveUp := ""
	if c, ok := strat.(concluder); ok {
		gaveUp = c.conclude(rep)
	}
	switch {
	case len(rep.Findings) > 0:
		rep.Verdict = Violated
	case s.total.endless:
		rep.Verdict, rep.Why = Stopped, fmt.Sprintf("steps=%d", s.workers[0].x.depth)
	case s.interrupted():
		rep.Verdict, rep.Why = Stopped, stopReason(s.ctx)
	case s.entry.Kind == Sampling:
		rep.Verdict = Sampled
	case s.full:
		rep.Verdict, rep.Why = Stopped, fmt.Sprintf("executions=%d", s.o.Executions)
	case gaveUp != "":
		rep.Verdict, rep.Why = Stopped, gaveUp
	case rep.Cut > 0 || rep.PassedOver > 0 || s.total.leftOut:
		rep.Verdict = Bounded
	case len(rep.Unreached) > 0 && !s.entry.Reduces && !reduced(strat):
		rep.Verdict = Violated
		for _, g := range rep.Unreached {
			rep.Findings = append(rep.Findings, Finding{Violation: Violation{Kind: KindSometimes, Site: g,
				Message: "no execution reached it", Step: -1}})
		}
	}
}

// declared lists the goals that were not reached, and the properties that
// declare no reads.
func (s *search) declared() {
	rep, w := s.report, s.workers[0].x.w
	for i := range w.always {
		if !w.always[i].declares() {
			rep.Unreduced = append(rep.Unreduced, w.always[i].Name)
		}
	}
	for _, other := range s.workers {
		for _, g := range other.x.w.goals {
			if !slices.Contains(s.total.goals, g.name) && !slices.Contains(rep.Unreached, g.name) {
				rep.Unreached = append(rep.Unreached, g.name)
			}
		}
	}
}

// confirm repeats the schedule of finding i in a new world, where it must end in
// the same violation, and makes it shorter. If it does not, the program is not
// determined by its choices, which is reported instead of a proof of it.
func (s *search) confirm(p *Program, i int) error {
	f := &s.report.Findings[i]
	if s.o.Recheck < 0 && s.o.Shrink < 0 || f.Violation.Kind == KindNondeterminism {
		return nil
	}
	same, err := shrink(s.ctx, p, &s.o, f)
	if err != nil {
		return err
	}
	if !same && s.o.Recheck >= 0 {
		v := Violation{Kind: KindNondeterminism, Site: siteNondeterminism, Step: f.Violation.Step,
			Message: "a second run of the same choices does not end in " + f.Violation.Error()}
		if !findingOf(s.report.Findings, &v) {
			s.report.Findings = append(s.report.Findings, Finding{Violation: v, Schedule: f.Found, Found: f.Found, At: f.At})
		}
	}
	return nil
}

func stopReason(ctx context.Context) string {
	if context.Cause(ctx) == context.DeadlineExceeded {
		return "timeout"
	}
	return "interrupt"
}

// hashSchedule returns a hash of the schedule of an execution (FNV-1a, by choices).
func hashSchedule(r *Result) uint64 {
	h := uint64(14695981039346656037)
	if r.w.x.renumbered {
		for i := range r.Log {
			c := r.Log[i].Choice
			h = (h ^ uint64(uint16(r.ordinal(c.Task))) ^ uint64(uint16(c.Value))<<16) * 1099511628211
		}
		return (h ^ 1<<32) * 1099511628211
	}
	for i := range r.Log {
		c := r.Log[i].Choice
		h = (h ^ uint64(uint16(c.Task)) ^ uint64(uint16(c.Value))<<16) * 1099511628211
	}
	return (h ^ 1<<32) * 1099511628211
}
