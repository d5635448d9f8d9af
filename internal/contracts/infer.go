package contracts

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"lockheld/heap"
	"lockheld/model"
	"lockheld/sched"
)

// Witness is the beginning of an execution that shows something.
type Witness struct {
	Scenario string
	Schedule sched.Schedule
}

// Inference is what the searches of several scenarios have shown.
type Inference struct {
	before  bool // held against the contracts of the commit before
	moments []seen[moment]
	edges   []seen[edge]
	sites   []seen[siteSeen]

	// Executions is the number of executions that were observed, Violations of
	// those that a violation ended, other than of an assertion that is forgiven.
	Executions, Violations int64
	// Incomplete names the scenarios of which not every schedule was observed.
	Incomplete []string
}

// seen is something with the first execution that showed it.
type seen[T comparable] struct {
	what T
	by   Witness
}

// New begins an inference about a variant. The variants that are about the time
// before the commit are held against the contracts of that time.
func New(variant string) *Inference {
	return &Inference{before: variant == "before" || strings.HasPrefix(variant, "before-")}
}

// Add adds what an observer has seen in a search, whose report rep is.
func (in *Inference) Add(scenario string, o *Observer, rep *sched.Report) {
	in.moments = add(in.moments, o.seen, moment.compare)
	in.edges = add(in.edges, o.edges, edge.compare)
	in.sites = add(in.sites, o.sites, siteSeen.compare)
	in.Executions += rep.Executions
	in.Violations += o.ended
	if rep.Verdict != sched.Complete {
		in.Incomplete = append(in.Incomplete, scenario)
	}
}

// add adds to list what is new in m.
func add[T comparable](list []seen[T], m map[T]Witness, order func(a, b T) int) []seen[T] {
	for _, k := range slices.SortedFunc(maps.Keys(m), order) {
		if !slices.ContainsFunc(list, func(s seen[T]) bool { return s.what == k }) {
			list = append(list, seen[T]{k, m[k]})
		}
	}
	return list
}

func (m moment) compare(n moment) int {
	return cmp.Or(cmp.Compare(m.fn, n.fn), cmp.Compare(m.caller, n.caller), m.entry.compare(n.entry),
		bools(m.held, n.held), bools(m.returned, n.returned), bools(m.dropped, n.dropped), bools(m.locked, n.locked))
}

func (s State) compare(t State) int {
	return cmp.Or(bools(s.Held, t.Held), bools(s.Stopped, t.Stopped), bools(s.System, t.System), bools(s.P, t.P))
}

func (e edge) compare(f edge) int {
	return cmp.Or(cmp.Compare(e.from, f.from), cmp.Compare(e.to, f.to))
}

func (s siteSeen) compare(t siteSeen) int {
	return cmp.Or(cmp.Compare(s.site, t.site), bools(s.held, t.held), bools(s.stopped, t.stopped), bools(s.forgiven, t.forgiven))
}

func bools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// Function is what was seen of one function, and what is documented.
type Function struct {
	Contract
	Seen     bool
	At       string // the heap lock at the entry
	Return   string // the heap lock at the return
	Dropped  bool
	On       string // the stack: system, user, either
	With     string // P: always, sometimes, never
	Shown    []Shown
	Callers  []Caller
	Differs  []Shown // from what is documented
	Stricter bool    // every call held the lock, which is more than is documented
}

// Shown is a sentence with the execution that shows it.
type Shown struct {
	Text string
	By   Witness
}

// Caller is a function that calls another one in some state.
type Caller struct {
	Function string
	State    State
}

// Functions returns the documented functions with what was seen of them.
func (in *Inference) Functions() []Function {
	var list []Function
	for _, c := range Documented(in.before) {
		list = append(list, in.function(c))
	}
	return list
}

// tally counts the calls that some condition holds of, by kinds of call.
type tally struct {
	yes, no int
	first   [2]Witness // of no and of yes
}

func (t *tally) add(b bool, w Witness) {
	n, i := &t.no, 0
	if b {
		n, i = &t.yes, 1
	}
	if *n++; *n == 1 {
		t.first[i] = w
	}
}

// words is the word of three for always, sometimes and never.
func (t *tally) words(always, sometimes, never string) string {
	switch {
	case t.no == 0:
		return always
	case t.yes == 0:
		return never
	}
	return sometimes
}

func (in *Inference) function(c Contract) Function {
	f := Function{Contract: c}
	var held, covered, ret, system, p, dropped, allowed, balanced tally
	for _, s := range in.moments {
		m := &s.what
		if m.fn != c.model {
			continue
		}
		f.Seen = true
		e := m.entry
		held.add(e.Held, s.by)
		covered.add(e.Held || e.Stopped, s.by)
		if m.returned {
			ret.add(m.held, s.by)
			balanced.add(m.held == e.Held, s.by)
		}
		system.add(e.System, s.by)
		p.add(e.P, s.by)
		dropped.add(m.dropped, s.by)
		allowed.add(c.Entry.allows(e), s.by)
		if who := (Caller{in.runtimeName(m.caller), e}); !slices.Contains(f.Callers, who) {
			f.Callers = append(f.Callers, who)
		}
	}
	if !f.Seen {
		return f
	}
	f.At = entryWords(&held, &covered)
	f.Return = ret.words("held", "sometimes held", "not held")
	if ret.yes+ret.no == 0 {
		f.Return = "never returned"
	}
	f.Dropped = dropped.yes > 0
	f.On = system.words("system", "either", "user")
	f.With = p.words("always", "sometimes", "never")
	f.Shown = witnesses(&held, &covered, &dropped, &system, &p)
	f.Differs = differences(&c, &allowed, &balanced, &dropped, &system, &p)
	f.Stricter = c.Entry == HeldOrStopped && held.no == 0
	return f
}

// entryWords says how the lock was at the entry.
func entryWords(held, covered *tally) string {
	switch {
	case held.no == 0:
		return "held"
	case covered.no == 0 && held.yes > 0:
		return "held or stopped"
	case covered.no == 0:
		return "not held, stopped"
	case held.yes > 0:
		return "sometimes held"
	}
	return "not held"
}

// witnesses has an execution for each "not" that is more than what the row says.
func witnesses(held, covered, dropped, system, p *tally) []Shown {
	var list []Shown
	add := func(t *tally, which int, text string) {
		list = append(list, Shown{text, t.first[which]})
	}
	if held.no > 0 {
		add(held, 0, "not held at the entry")
	}
	if held.no > 0 && covered.no > 0 && covered.yes > 0 {
		add(covered, 0, "neither held nor stopped at the entry")
	}
	if dropped.yes > 0 {
		add(dropped, 1, "not held in between")
	}
	if system.no > 0 {
		add(system, 0, "not on the system stack")
	}
	if p.no > 0 {
		add(p, 0, "no P")
	}
	return list
}

// differences compares with the contract.
func differences(c *Contract, allowed, balanced, dropped, system, p *tally) []Shown {
	var list []Shown
	add := func(differs bool, t *tally, which int, text string) {
		if differs {
			list = append(list, Shown{text, t.first[which]})
		}
	}
	add(allowed.no > 0, allowed, 0, "it is documented as "+string(c.Entry)+" at the entry and called otherwise")
	add(balanced.no > 0, balanced, 0, "it returns with the lock in another state than it was called with")
	add(!c.Drops && c.Entry != Any && dropped.yes > 0, dropped, 1, "it drops the lock, which is not documented")
	add(c.System && system.no > 0, system, 0, "it is documented to need the system stack and called on a user stack")
	add(c.P && p.no > 0, p, 0, "it is documented to need a P and called without one")
	return list
}

// runtimeName is the runtime's name of a function of the model.
func (in *Inference) runtimeName(fn string) string {
	for _, c := range Documented(in.before) {
		if c.model == fn {
			return c.Function
		}
	}
	switch fn {
	case "":
		return "the program"
	case "mheap.startSweepPhase": // a part of it
		return "gcMarkTermination"
	}
	return strings.TrimPrefix(fn, "mheap.")
}

// Inconsistent is a pair of contracts that cannot both be right: From may be
// called without the lock and calls To, which needs it, without taking it.
type Inconsistent struct {
	From, To Contract
	By       Witness
}

// Inconsistencies returns the pairs of documented contracts that contradict each
// other in a call that was seen.
func (in *Inference) Inconsistencies() []Inconsistent {
	var list []Inconsistent
	docs := Documented(in.before)
	find := func(fn string) *Contract {
		for i := range docs {
			if docs[i].model == fn {
				return &docs[i]
			}
		}
		return nil
	}
	for _, e := range in.edges {
		from, to := find(e.what.from), find(e.what.to)
		if from != nil && to != nil && from.Entry == HeldOrStopped && to.Entry == Held {
			list = append(list, Inconsistent{*from, *to, e.by})
		}
	}
	return list
}

// Site is what was seen at an assertion point of the commit.
type Site struct {
	heap.SiteEntry
	Reached          bool
	Held, Stopped    bool // seen with the lock; seen without it in a stopped world
	Neither          bool // seen with neither
	Agrees           bool // what is demanded was always true
	ByLock, ByOthers Witness
}

// Sites returns the assertion points of the commit, by number.
func (in *Inference) Sites() []Site {
	var list []Site
	for _, e := range heap.Sites() {
		if e.Seed != 0 {
			list = append(list, in.site(e))
		}
	}
	return list
}

func (in *Inference) site(e heap.SiteEntry) Site {
	s := Site{SiteEntry: e, Agrees: true}
	for _, w := range in.sites {
		if w.what.site != model.Site(e.Site) {
			continue
		}
		s.Reached = true
		switch {
		case w.what.held:
			s.Held = true
			continue
		case w.what.stopped:
			s.Stopped = true
		default:
			s.Neither = true
		}
		if s.Neither || e.Kind == heap.SiteLock {
			if s.Agrees {
				s.ByOthers = w.by
			}
			s.Agrees = false
		}
	}
	return s
}

// Summary is the last line of the output.
func (in *Inference) Summary(variant string) string {
	word := "ok"
	if in.Differs() {
		word = "FAIL"
	}
	verdict := "complete"
	if len(in.Incomplete) > 0 {
		verdict = "not every schedule of " + strings.Join(in.Incomplete, ",")
	}
	return strings.Join([]string{word, "infer", variant,
		fmt.Sprintf("executions=%d violations=%d", in.Executions, in.Violations), verdict}, "\t")
}

// Differs reports whether anything is other than documented.
func (in *Inference) Differs() bool {
	for _, f := range in.Functions() {
		if len(f.Differs) > 0 {
			return true
		}
	}
	for _, s := range in.Sites() {
		if s.Reached && !s.Agrees {
			return true
		}
	}
	return len(in.Inconsistencies()) > 0
}
