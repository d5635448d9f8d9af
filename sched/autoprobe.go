package sched

import (
	"context"
	"fmt"
	"math"
	"math/bits"
)

// prober walks through the tree of schedules at random and weighs what it meets,
// so that the mean of the weights is the number of leaves of the tree: a walk
// through nodes with k1, k2, … branches weighs k1 k2 … (Knuth, Estimating the
// efficiency of backtrack programs, Mathematics of Computation 29, 1975). Every
// walk counts, however large the tree is; but if few walks have most of the
// weight, the mean is low as a rule.
//
// If the search is to reduce, the tree is that of sleep sets. A walk knows, at
// each node, which of the branches beside its own come first, and so which tasks
// sleep behind it. The leaves where nobody is left to move have one execution of
// each Mazurkiewicz trace; those where all who could move sleep weigh nothing.
// What keeps walks away from these is that they branch no more than they must,
// going by what earlier walks have seen the tasks do (see [habits]).
type prober struct {
	reduce bool
	bound  int // most preemptions, -1: any number
	walks  int // that are left
	steps  int // that are left
	state  uint64

	habits  habits
	weights []float64 // logarithms, of finished walks; -Inf for nothing
	weight  float64
	frames  []probeFrame

	states *cache // hashes of states, nil: not wanted
	levels []level
	met    map[Hash]sighting
	seen   int64 // states, with repetition
	moves  int64 // tasks that would have had to move from them
}

type probeFrame struct {
	sleep       uint64
	last        int16 // task of the step before, if it could go on; otherwise -1
	preemptions int32
}

// sighting is how often a state was met, after how many steps.
type sighting struct{ times, level int32 }

// level counts the states met after a number of steps.
type level struct{ states, once, twice float64 }

const (
	probeWalks = 2000
	probeSteps = 400_000
)

func newProber(o *Options, reduce bool) *prober {
	p := &prober{reduce: reduce, bound: -1, walks: probeWalks, steps: probeSteps, state: 1}
	if !reduce {
		p.bound = o.Preemptions
	}
	return p
}

// Next begins another walk.
func (p *prober) Next(r *Result) (Schedule, bool) {
	if r != nil {
		if r.Pruned {
			p.weight = math.Inf(-1)
		}
		switch {
		case p.learning():
			p.habits.learn(r.Log)
		default:
			p.weights = append(p.weights, p.weight)
		}
		p.walks--
		p.steps -= len(r.Log)
	}
	p.weight = 0
	p.habits.done = [maxTasks]int32{}
	p.frames = p.frames[:0]
	if c := p.states; c != nil {
		for i := len(c.frames) - 1; i >= 0; i-- {
			c.leave(&c.frames[i])
		}
		c.frames = c.frames[:0]
	}
	return nil, p.walks > 0 && (p.steps > 0 || len(p.weights) < 20)
}

// learning reports whether the walk is one of those that show what tasks do.
func (p *prober) learning() bool { return p.reduce && p.habits.walks < learnWalks }

// Pick takes one of the branches.
func (p *prober) Pick(v *View) int {
	f := p.arrive(v)
	todo := v.Enabled &^ f.sleep
	if p.learning() {
		todo = v.Enabled
	} else if p.reduce {
		todo = p.habits.enough(v, todo)
	}
	if f.last >= 0 && p.bound >= 0 && int(f.preemptions) >= p.bound {
		todo = 1 << uint(f.last)
	}
	if p.states != nil && p.learning() {
		p.look(v, bits.OnesCount64(todo))
	}
	n := bits.OnesCount64(todo)
	if n == 0 {
		return Prune
	}
	p.weight += math.Log(float64(n))
	first := todo
	for k := p.below(n); k > 0; k-- {
		todo &= todo - 1
	}
	if p.reduce && !p.learning() {
		f.sleep |= first &^ todo
	}
	return lowest(todo)
}

// arrive makes the frame of the node at which the walk has arrived.
func (p *prober) arrive(v *View) *probeFrame {
	f := probeFrame{last: -1}
	if v.Last >= 0 && v.Enabled&(1<<uint(v.Last)) != 0 {
		f.last = int16(v.Last)
	}
	if n := len(p.frames); n > 0 {
		before, s := &p.frames[n-1], &v.Log[n-1]
		p.habits.done[s.Task]++
		for set := before.sleep; set != 0; set &= set - 1 {
			if u := lowest(set); !disturbs(s, v.Pending(u)) {
				f.sleep |= 1 << uint(u)
			}
		}
		f.preemptions = before.preemptions
		if before.last >= 0 && before.last != s.Task {
			f.preemptions++
		}
	}
	p.frames = append(p.frames, f)
	return &p.frames[len(p.frames)-1]
}

// Value takes one of the values.
func (p *prober) Value(_ *View, n int) int {
	p.weight += math.Log(float64(n))
	return p.below(n)
}

func (p *prober) below(n int) int {
	p.state += 0x9e3779b97f4a7c15
	hi, _ := bits.Mul64(mixHigh(p.state), uint64(n))
	return int(hi)
}

// look notes the state, from which so many tasks would have had to move.
func (p *prober) look(v *View, moves int) {
	c := p.states
	if len(c.frames) == 0 {
		c.begin(v)
	}
	c.frames = append(c.frames, cacheFrame{moved: -1, child: -1})
	f := &c.frames[len(c.frames)-1]
	c.allowed(v, f)
	key, ok := c.arrive(v, f)
	p.seen++
	p.moves += int64(moves)
	at := len(v.Log)
	for len(p.levels) <= at {
		p.levels = append(p.levels, level{})
	}
	if !ok { // nobody knows this state: it is a new one
		p.levels[at].states++
		p.levels[at].once++
		return
	}
	s, again := p.met[key]
	if !again {
		s.level = int32(at)
	}
	s.times++
	p.met[key] = s
	l := &p.levels[s.level]
	switch s.times {
	case 1:
		l.states++
		l.once++
	case 2:
		l.once--
		l.twice++
	case 3:
		l.twice--
	}
}

// leaves returns the mean of the weights, as a logarithm, and the relative
// standard error of it.
func (p *prober) leaves() (mean, spread float64) {
	most := math.Inf(-1)
	for _, w := range p.weights {
		most = max(most, w)
	}
	n := float64(len(p.weights))
	if math.IsInf(most, -1) {
		return most, math.Inf(1)
	}
	sum, squares := 0.0, 0.0
	for _, w := range p.weights {
		x := math.Exp(w - most)
		sum += x
		squares += x * x
	}
	return most + math.Log(sum/n), math.Sqrt(max(squares/(sum*sum)-1/n, 0))
}

// distinct estimates the number of states from how many were met once and twice,
// by the number of steps (Chao, Nonparametric estimation of the number of
// classes in a population, Scandinavian Journal of Statistics 11, 1984). It is
// low if some states are much easier to come to than others.
func (p *prober) distinct() float64 {
	n := 0.0
	for _, l := range p.levels {
		n += l.states + l.once*(l.once-1)/(2*(l.twice+1))
	}
	return n
}

// Estimate is what a search will need, as far as random walks can tell.
type Estimate struct {
	Walks      int
	Executions float64 // of dfs or dpor, +Inf if there are too many for a number
	log        float64 // its logarithm
	Spread     float64 // relative standard error of it
}

// EstimateExecutions estimates how many executions strategy dfs or dpor needs for
// p under o, from random walks, which are the same in each call. The error is
// not nil if p cannot be set up, or if o asks for another strategy, or for dpor
// with a bound on preemptions.
func EstimateExecutions(ctx context.Context, p *Program, o Options) (Estimate, error) {
	e, err := LookupStrategy(o.Strategy)
	if err != nil {
		return Estimate{}, err
	}
	if e.Name != "dfs" && (e.Name != "dpor" || o.Preemptions >= 0) {
		return Estimate{}, fmt.Errorf("no estimate for strategy %s with a bound of %d preemptions", e.Name, o.Preemptions)
	}
	m := newProber(&o, e.Reduces)
	o.All, o.Shrink, o.Recheck, o.Executions = true, -1, -1, 0
	_, err = m.run(ctx, p, o)
	return m.estimate(), err
}

func (p *prober) estimate() Estimate {
	log, spread := p.leaves()
	return Estimate{Walks: len(p.weights), Executions: math.Exp(log), log: log, Spread: spread}
}

// run makes all walks.
func (p *prober) run(ctx context.Context, prog *Program, o Options) (*Report, error) {
	entry := &StrategyEntry{Name: "probe", Kind: Exhaustive, Reduces: p.reduce, make: func(*Options) Strategy { return p }}
	o.Strategy = "dfs"
	if p.reduce {
		o.Strategy = "dpor"
	}
	o.After, o.Live, o.Pool, o.Workers, o.Classes = nil, nil, nil, 0, 0
	return exploreBy(ctx, prog, o, entry)
}
