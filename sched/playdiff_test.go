package sched

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// performance is a way to explore a play.
type performance struct {
	name    string
	live    bool
	o       Options
	reduced *DPORSettings
	faults  cacheFault
	check   func(r *Report, v *verdicts, k int) string
}

// run explores p and says how that differs from v, "" if it does not.
func (f *performance) run(t *testing.T, p *play, v *verdicts) string {
	c := newCast(p, f.live)
	o := f.o
	o.All, o.Shrink, o.Recheck, o.After = true, -1, -1, c.see
	o.Drain = true
	if f.reduced != nil && f.reduced.Fault != "" {
		o.Executions = 3 * int64(len(v.traces)) // or it might go on for ever
	}
	var r *Report
	var err error
	switch {
	case f.reduced != nil:
		r, err = ExploreReduced(t.Context(), c.program(), o, *f.reduced)
	case f.faults != 0:
		r = faulty(t, c.program(), o, f.faults)
	default:
		r, err = Explore(t.Context(), c.program(), o)
	}
	if err != nil {
		return err.Error()
	}
	return f.compare(c, r, v)
}

// compare holds what was explored against v.
func (f *performance) compare(c *cast, r *Report, v *verdicts) string {
	k := f.o.Preemptions
	if k < 0 {
		k = len(v.within)
	}
	for _, end := range slices.Sorted(maps.Keys(v.ends)) {
		if v.ends[end] <= k && !c.ends[end] {
			return "missed: " + end
		}
	}
	for _, end := range slices.Sorted(maps.Keys(c.ends)) {
		if _, ok := v.ends[end]; !ok {
			return "invented: " + end
		}
	}
	if what := f.check(r, v, k); what != "" {
		return what
	}
	bad := false
	for end := range c.ends {
		bad = bad || stuckOrWrong(c.p, end)
	}
	want := Complete
	switch {
	case bad:
		want = Violated
	case upTo(v.traces, k) < len(v.traces):
		want = Bounded
	}
	if r.Verdict != want && !(want == Complete && f.o.Preemptions >= 0 && r.Verdict == Bounded) {
		return fmt.Sprintf("verdict %v, want %v", r.Verdict, want)
	}
	return ""
}

// stuckOrWrong reports whether an execution that ends so has a violation.
func stuckOrWrong(p *play, end string) bool {
	if end[len(end)-1] != ' ' {
		return true
	}
	fields := strings.Fields(end)
	for i := range p.roles {
		if !p.roles[i].daemon && strings.HasPrefix(fields[playWords+i], "runs") {
			return true
		}
	}
	return false
}

// exactly and classes say what a strategy promises of the number of executions:
// every one with at most k preemptions, or one of each class that has such a one.
func exactly(r *Report, v *verdicts, k int) string {
	n := 0
	for i := 0; i <= k && i < len(v.within); i++ {
		n += v.within[i]
	}
	if r.Executions != int64(n) {
		return fmt.Sprintf("%d executions, want %d", r.Executions, n)
	}
	return ""
}

func classes(r *Report, v *verdicts, k int) string {
	if n := upTo(v.traces, k); r.Executions != int64(n) || r.Blocked != 0 {
		return fmt.Sprintf("%d executions, %d blocked, want %d", r.Executions, r.Blocked, n)
	}
	return ""
}

func anyNumber(*Report, *verdicts, int) string { return "" }

// performances are ways to explore the play of a seed: each kind of search, with
// bounds, orders of tasks and numbers of workers that change with the seed.
func performances(seed uint64) []performance {
	k := int(seed % 4)
	name := func(s string) string { return fmt.Sprint(s, ", preemptions ", k) }
	order, other := allOrders[seed%3], allOrders[(seed+1)%3]
	workers := 2 + int(seed%3)
	return []performance{
		{name: "dfs", check: exactly, o: Options{Preemptions: -1, Workers: workers, eager: true}},
		{name: name("dfs"), check: exactly, o: Options{Preemptions: k}},
		{name: "cache", check: anyNumber, o: Options{Strategy: "cache", Preemptions: -1}},
		{name: "cache, live", live: true, check: anyNumber, o: Options{Strategy: "cache", Preemptions: -1}},
		{name: name("cache"), check: anyNumber, live: seed%8 < 4, o: Options{Strategy: "cache", Preemptions: k}},
		{name: "dpor, " + order, check: classes, o: Options{Preemptions: -1}, reduced: &DPORSettings{Order: order}},
		{name: "dpor, workers, " + other, check: classes, o: Options{Preemptions: -1}, reduced: &DPORSettings{Order: other, Workers: workers}},
		{name: name("dpor"), check: classes, o: Options{Strategy: "dpor", Preemptions: k}},
	}
}

const (
	mostOfPlay = 1500 // executions of plays that are compared, at most
	fewPlays   = 150  // performed with -short
)

// TestPlays: every exhaustive strategy finds what a judge knows that shares
// nothing with the engine.
func TestPlays(t *testing.T) {
	n := 500 * uint64(*MoreJudged)
	if testing.Short() {
		n = fewPlays
	}
	compared, traces, bad := 0, 0, 0
	for seed := range n {
		p := newPlay(seed)
		v := judgedPlay(p, mostOfPlay)
		if v.executions > v.most {
			continue
		}
		for _, f := range performances(seed) {
			if what := f.run(t, p, v); what != "" {
				t.Errorf("%v\n%s: %s", p, f.name, what)
				bad++
				break
			}
		}
		if what := findingsOf(t, p, v); what != "" {
			t.Errorf("%v\n%s", p, what)
			bad++
		}
		if bad > 5 {
			t.FailNow()
		}
		compared++
		traces += len(v.traces)
	}
	t.Logf("%d plays, %d traces", compared, traces)
}

// findingsOf explores p as people do, and says what is wrong with what is
// reported, "" if nothing is: a finding that there is not, or a schedule or token
// of it that does not lead to it.
func findingsOf(t *testing.T, p *play, v *verdicts) string {
	prog := newCast(p, false).program()
	o := Options{Strategy: []string{"dpor", "dfs", "cache", "auto"}[p.seed%4], Preemptions: -1, All: p.seed%8 < 4, Drain: true, Shrink: 300}
	r := explore(t, prog, o)
	for i := range r.Findings {
		f := &r.Findings[i]
		key := fmt.Sprint(f.Violation.Task, " ", f.Violation.Kind, " ", f.Violation.Site)
		switch f.Violation.Kind {
		case KindDeadlock, KindStuck:
		case KindSelfDeadlock:
			if !p.blocks && !v.wrong[key] {
				return "invented: " + key
			}
		case KindPanic:
			if !v.wrong[f.Violation.Task+" panic panic"] {
				return "invented: " + key
			}
		default:
			if !v.wrong[key] {
				return "invented: " + key
			}
		}
		for _, s := range []Schedule{f.Schedule, f.Found} {
			trace, err := Replay(prog, s, Options{})
			if err != nil {
				return fmt.Sprintf("%s: replay of %v: %v", key, s, err)
			}
			if !slices.ContainsFunc(trace.Violations, func(w Violation) bool { return w.Kind == f.Violation.Kind && w.Site == f.Violation.Site }) {
				return fmt.Sprintf("%s: replay of %v finds %v", key, s, trace.Violations)
			}
			model, err := prog.Digest()
			if err != nil {
				return err.Error()
			}
			token := &Token{Scenario: "play", Variant: "-", Choices: s, Model: model, Trace: trace.Digest()}
			read, err := ParseToken(token.String())
			if err != nil {
				return err.Error()
			}
			if again, err := read.Replay(newCast(p, false).program(), Options{}); err != nil || again.Digest() != trace.Digest() {
				return fmt.Sprintf("%s: token of %v: %v", key, s, err)
			}
		}
	}
	return ""
}

// TestPlaysCatch: deliberate errors of the strategies show in plays, as many as
// TestPlays performs with -short. Others need programs of their own.
func TestPlaysCatch(t *testing.T) {
	faults := map[string]performance{}
	for _, name := range []string{"clock", "cut", "drop", "forget", "groups", "pending", "performed", "rw", "rw last", "sleep", "try", "wake"} {
		faults[name] = performance{check: classes, o: Options{Preemptions: -1}, reduced: &DPORSettings{Fault: name}}
	}
	for name, f := range map[string]cacheFault{"cache, nothing wakes": cacheFaultWake, "cache, no history": cacheFaultHistory, "cache, no queue": cacheFaultQueue} {
		faults[name] = performance{check: anyNumber, o: Options{Strategy: "cache", Preemptions: -1}, faults: f}
	}
	for name, f := range faults {
		caught := false
		for seed := uint64(0); seed < fewPlays && !caught; seed++ {
			p := newPlay(seed)
			v := judgedPlay(p, 300)
			caught = v.executions <= v.most && f.run(t, p, v) != ""
		}
		if !caught {
			t.Errorf("%s: not caught", name)
		}
	}
}
