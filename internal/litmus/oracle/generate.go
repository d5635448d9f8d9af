package oracle

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"

	"lockheld/internal/litmus"
)

// Profile says what kind of programs [Generate] makes.
type Profile struct {
	Name     string
	MinTasks int // at least 1
	MaxTasks int // at most 26
	MaxOps   int // of a task
	// MaxInterleavings bounds the complete executions of a program: operations
	// are dropped until the multinomial of the tasks' steps is not above it.
	MaxInterleavings uint64
	Vars             int // variables, locks of each kind: at most so many
	Mutexes          int
	RWMutexes        int
	// Weights says how often each operation is chosen. A lock operation that
	// acquires brings its release along.
	Weights map[litmus.Code]int
	// Broken is the chance in percent that a release is left out, or is of
	// another lock, or that the release of an outer lock comes first.
	Broken int
}

// common are operations that every profile mixes in.
func common(extra map[litmus.Code]int) map[litmus.Code]int {
	w := map[litmus.Code]int{
		litmus.Read: 6, litmus.Write: 6, litmus.Add: 2, litmus.Inc: 2, litmus.CAS: 2,
		litmus.Lock: 2, litmus.TryLock: 1, litmus.RLock: 1, litmus.WLock: 1,
		litmus.Set: 1, litmus.Skip: 1, litmus.Wait: 1,
	}
	for c, n := range extra {
		w[c] = n
	}
	return w
}

// Profiles returns the profiles that differential tests use.
func Profiles() []Profile {
	base := Profile{MinTasks: 2, MaxTasks: 4, MaxOps: 7, MaxInterleavings: 20000, Vars: 3, Mutexes: 2, RWMutexes: 1}
	profile := func(name string, change func(p *Profile)) Profile {
		p := base
		p.Name = name
		p.Weights = common(nil)
		change(&p)
		return p
	}
	return []Profile{
		profile("mixed", func(p *Profile) {}),
		profile("locks", func(p *Profile) {
			p.Weights = common(map[litmus.Code]int{litmus.Lock: 14, litmus.TryLock: 3})
		}),
		profile("rwlocks", func(p *Profile) {
			p.RWMutexes = 2
			p.Weights = common(map[litmus.Code]int{litmus.RLock: 12, litmus.WLock: 8})
		}),
		profile("waits", func(p *Profile) {
			p.Vars = 2
			p.Weights = common(map[litmus.Code]int{litmus.Wait: 8, litmus.Write: 10})
		}),
		profile("values", func(p *Profile) {
			p.Vars, p.Mutexes = 2, 1
			p.Weights = common(map[litmus.Code]int{litmus.CAS: 12, litmus.TryLock: 8, litmus.Add: 5, litmus.Inc: 8})
		}),
		profile("branches", func(p *Profile) {
			p.MaxOps = 10
			p.Weights = common(map[litmus.Code]int{litmus.Skip: 10, litmus.Set: 5, litmus.Assert: 2})
		}),
		profile("violations", func(p *Profile) {
			p.Broken = 10
			p.Weights = common(map[litmus.Code]int{litmus.Assert: 8, litmus.Unlock: 2, litmus.RUnlock: 1, litmus.WUnlock: 1})
		}),
		profile("unbalanced", func(p *Profile) {
			p.Broken = 40
			p.Weights = common(map[litmus.Code]int{litmus.Lock: 8, litmus.TryLock: 3, litmus.RLock: 6, litmus.WLock: 4})
		}),
		profile("deadlocks", func(p *Profile) {
			p.Vars, p.Mutexes = 1, 3
			p.Weights = map[litmus.Code]int{litmus.Lock: 10, litmus.WLock: 3, litmus.RLock: 3, litmus.Write: 2, litmus.Wait: 1}
		}),
		profile("wide", func(p *Profile) { // many tasks of few steps: races that meet in a third task
			p.MinTasks, p.MaxTasks, p.MaxOps = 4, 4, 4
			p.Weights = common(map[litmus.Code]int{litmus.Write: 10, litmus.Read: 10})
		}),
	}
}

// Generate makes a program of the profile: the same one for the same seed.
func Generate(prof *Profile, seed uint64) *litmus.Program {
	g := &generator{prof: prof, r: rand.New(rand.NewPCG(seed, 0x6c69746d7573))}
	g.p = &litmus.Program{Name: fmt.Sprintf("%s-%d", prof.Name, seed)}
	g.objects(litmus.Mutex, "mno", prof.Mutexes)
	g.objects(litmus.RWMutex, "rst", prof.RWMutexes)
	g.objects(litmus.Var, "xyz", prof.Vars)
	tasks := prof.MinTasks + g.r.IntN(prof.MaxTasks-prof.MinTasks+1)
	for i := range tasks {
		t := litmus.Task{Name: string(rune('A' + i))}
		for want := 1 + g.r.IntN(prof.MaxOps); len(t.Ops) < want; {
			t.Ops = append(t.Ops, g.piece(g.op(), 2)...)
		}
		g.p.Tasks = append(g.p.Tasks, t)
	}
	g.limit()
	if vars := g.p.Vars(); len(vars) > 0 && g.chance(40) {
		f := litmus.Final{Object: vars[g.r.IntN(len(vars))], Cond: g.cond()}
		g.p.Finals = append(g.p.Finals, f)
	}
	return g.p
}

type generator struct {
	prof *Profile
	r    *rand.Rand
	p    *litmus.Program
}

func (g *generator) chance(percent int) bool { return g.r.IntN(100) < percent }

// objects declares 1 to most objects; none if most is 0.
func (g *generator) objects(kind litmus.Kind, names string, most int) {
	if most == 0 {
		return
	}
	for i := range 1 + g.r.IntN(most) {
		o := litmus.Object{Kind: kind, Name: names[i : i+1]}
		if kind == litmus.Var && g.chance(20) {
			o.Init = g.number()
		}
		g.p.Objects = append(g.p.Objects, o)
	}
}

// number is small, so that comparisons hold now and then; rarely it is at an end of the range.
func (g *generator) number() int64 {
	if g.chance(2) {
		return []int64{math.MinInt64, math.MaxInt64}[g.r.IntN(2)]
	}
	return []int64{-1, 0, 0, 1, 1, 1, 2, 2, 3}[g.r.IntN(9)]
}

func (g *generator) expr() litmus.Expr {
	return litmus.Expr{Acc: g.chance(30), N: g.number()}
}

func (g *generator) cond() litmus.Cond {
	return litmus.Cond{Cmp: litmus.Cmp(g.r.IntN(4)), N: g.number()}
}

// object picks one of the kind that code works on; -1 if there is none.
func (g *generator) object(code litmus.Code) int {
	kind := litmus.Var
	switch code {
	case litmus.Lock, litmus.Unlock, litmus.TryLock:
		kind = litmus.Mutex
	case litmus.RLock, litmus.RUnlock, litmus.WLock, litmus.WUnlock:
		kind = litmus.RWMutex
	}
	var all []int
	for i, o := range g.p.Objects {
		if o.Kind == kind {
			all = append(all, i)
		}
	}
	if all == nil {
		return -1
	}
	return all[g.r.IntN(len(all))]
}

// op makes one operation by the weights of the profile.
func (g *generator) op() litmus.Op {
	total := 0
	for c := litmus.Read; c <= litmus.Wait; c++ {
		total += g.prof.Weights[c]
	}
	code, n := litmus.Read, g.r.IntN(total)
	for n >= g.prof.Weights[code] {
		n -= g.prof.Weights[code]
		code++
	}
	op := litmus.Op{Code: code, Object: -1}
	if !code.Local() {
		if op.Object = g.object(code); op.Object < 0 {
			return litmus.Op{Code: litmus.Set, Object: -1, E: g.expr()}
		}
	}
	switch code {
	case litmus.Write, litmus.Set:
		op.E = g.expr()
	case litmus.CAS:
		op.E, op.E2 = g.expr(), g.expr()
	case litmus.Add, litmus.Inc:
		op.N = g.number()
	case litmus.Skip:
		op.N, op.Cond = 1+int64(g.r.IntN(3)), g.cond()
	case litmus.Assert, litmus.Wait:
		op.Cond = g.cond()
	}
	return op
}

// releases has the operation that undoes each acquisition.
var releases = map[litmus.Code]litmus.Code{
	litmus.Lock: litmus.Unlock, litmus.TryLock: litmus.Unlock,
	litmus.RLock: litmus.RUnlock, litmus.WLock: litmus.WUnlock,
}

// piece completes op: an acquisition gets a section of at most two inner
// pieces, nested at most depth times, and its release.
func (g *generator) piece(op litmus.Op, depth int) []litmus.Op {
	code, ok := releases[op.Code]
	if !ok {
		return []litmus.Op{op}
	}
	release := litmus.Op{Code: code, Object: op.Object}
	var inner []litmus.Op
	if depth > 0 {
		for range g.r.IntN(3) {
			inner = append(inner, g.piece(g.op(), depth-1)...)
		}
	}
	ops := []litmus.Op{op}
	if op.Code == litmus.TryLock && !g.chance(g.prof.Broken+20) {
		ops = append(ops, litmus.Op{Code: litmus.Skip, Object: -1, N: int64(len(inner)) + 1,
			Cond: litmus.Cond{Cmp: litmus.Eq, N: 1}})
	}
	ops = append(ops, inner...)
	if !g.chance(g.prof.Broken) {
		return append(ops, release)
	}
	switch g.r.IntN(3) {
	case 0: // never released
	case 1: // of a lock that may be another one
		release.Object = g.object(code)
		ops = append(ops, release)
	case 2: // before something that was inside
		i := 1 + g.r.IntN(len(ops))
		ops = append(ops[:i:i], append([]litmus.Op{release}, ops[i:]...)...)
	}
	return ops
}

// limit drops last operations of the longest task until the program cannot
// have more executions than the profile says. Maximal executions are words
// over the tasks of which none begins another, so there are at most as many
// as words with all steps.
func (g *generator) limit() {
	for !g.small() {
		longest := 0
		for i := range g.p.Tasks {
			if len(g.p.Tasks[i].Ops) > len(g.p.Tasks[longest].Ops) {
				longest = i
			}
		}
		t := &g.p.Tasks[longest]
		t.Ops = t.Ops[:len(t.Ops)-1]
	}
}

// small reports whether the multinomial of the numbers of steps is within the limit.
func (g *generator) small() bool {
	words, placed := uint64(1), uint64(0)
	for _, t := range g.p.Tasks {
		own := uint64(0)
		for _, op := range t.Ops {
			if op.Code.Local() {
				continue
			}
			placed++
			own++
			hi, lo := bits.Mul64(words, placed)
			if hi != 0 {
				return false
			}
			words = lo / own // exact: a product of binomials at every step
		}
	}
	return words <= g.prof.MaxInterleavings
}
