package sched

import (
	"context"
	"fmt"
	"math"
)

// Strategy auto chooses between dpor and cache before it begins. Where tasks
// contend for one lock, every order of its acquisitions is a trace of its own,
// and there are far fewer states than traces. Where tasks work apart, there are
// far more states. Random walks tell which it is: they weigh the tree that dpor
// explores, and count the states that they meet again (see [prober]).

const (
	fewTraces = 5000 // with which dpor is quick in any case
	cacheOdds = 4    // the estimate of states is low by so much at times
)

// prediction is what auto knows before it chooses.
type prediction struct {
	traces Estimate
	states float64
	runs   float64 // executions of cache, as a logarithm
	blind  bool    // a property declares nothing that it reads
}

// exploreAuto is Explore for strategy auto.
func exploreAuto(ctx context.Context, p *Program, o Options, e *StrategyEntry) (*Report, error) {
	if o.Preemptions >= 0 {
		return nil, fmt.Errorf("strategy %s has no preemption bound; %d is asked for", e.Name, o.Preemptions)
	}
	if o.Saver != nil || o.Resume != nil {
		return nil, e.saves(&o)
	}
	if o.Symmetry {
		return nil, e.refusesSymmetry()
	}
	m := newProber(&o, true)
	m.states = newCache(&Options{Preemptions: -1, CacheBytes: 1, Recheck: -1}).(*cache)
	m.met = map[Hash]sighting{}
	probe, err := m.run(ctx, p, o)
	if err != nil {
		return nil, err
	}
	if len(probe.Findings) > 0 && !o.All || probe.Verdict == Stopped && probe.Why != "" {
		probe.Strategy, probe.Options = e.Name, o
		probe.Notes = append([]string{fmt.Sprintf("auto: the search was over after %d random walks, before a strategy was chosen", probe.Executions)}, probe.Notes...)
		return probe, nil
	}
	a := m.predict(len(probe.Unreduced) > 0)
	name, why := a.choose()
	chosen, err := LookupStrategy(name)
	if err != nil {
		return nil, err
	}
	if o.Live != nil {
		o.Live.Expect(a.expected(name))
	}
	given := o
	o.Strategy = name
	o.Drain = true // as dpor does, so that executions are the same
	rep, err := exploreBy(ctx, p, o, chosen)
	if err != nil {
		return nil, err
	}
	rep.Strategy, rep.Chosen, rep.Options = e.Name, name, given
	rep.Notes = append([]string{why}, rep.Notes...)
	for i := range probe.Findings {
		f := &probe.Findings[i]
		if !findingOf(rep.Findings, &f.Violation) {
			f.At = 0
			rep.Findings = append(rep.Findings, *f)
			rep.Verdict = Violated
		}
	}
	return rep, nil
}

// predict puts together what the walks have shown.
func (p *prober) predict(blind bool) *prediction {
	a := &prediction{traces: p.estimate(), states: p.distinct(), blind: blind}
	// An execution begins with each move from a state but the first.
	more := float64(p.moves)/max(float64(p.seen), 1) - 1
	a.runs = math.Log(max(1, a.states*max(more, 0)))
	return a
}

// expected returns the number of executions of a strategy.
func (a *prediction) expected(name string) float64 {
	if name == "cache" {
		return math.Exp(a.runs)
	}
	return a.traces.Executions
}

// choose returns the strategy and says why it is that one.
func (a *prediction) choose() (name, why string) {
	t := a.traces
	name = "dpor"
	if a.blind || t.log > math.Log(fewTraces) && t.log > a.runs+math.Log(cacheOdds) {
		name = "cache"
	}
	why = fmt.Sprintf("auto: chose %s, as %d random walks make expect about %s executions of dpor, and %s of cache with %s states",
		name, t.Walks, power(t.log), power(a.runs), power(math.Log(max(a.states, 1))))
	if a.blind {
		why += "; a property does not say what it reads, so that dpor would not check it"
	}
	return name, why
}

// power writes a number of which the logarithm is given, to two digits.
func power(log float64) string {
	switch {
	case math.IsInf(log, -1):
		return "0"
	case log < math.Log(1e6):
		n := math.Exp(log)
		if n >= 100 {
			unit := math.Pow(10, math.Floor(math.Log10(n))-1)
			n = math.Round(n/unit) * unit
		}
		return fmt.Sprintf("%.0f", n)
	}
	digits := log / math.Ln10
	e := math.Floor(digits)
	m := math.Pow(10, digits-e)
	if m >= 9.95 {
		m, e = 1, e+1
	}
	return fmt.Sprintf("%.1fe+%02.0f", m, e)
}
