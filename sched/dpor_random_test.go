package sched

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// script is a generated body of a task: what litmus programs do not have.
type script []action

type action struct {
	what   string
	on     int // which word, mutex, condition variable; choose: values
	inside script
}

func (s script) String() string {
	var words []string
	for _, a := range s {
		w := fmt.Sprint(a.what, a.on)
		if a.inside != nil {
			w += "{" + a.inside.String() + "}"
		}
		words = append(words, w)
	}
	return strings.Join(words, " ")
}

// stage is the objects of a generated program.
type stage struct {
	words [2]*Word
	locks [2]*Mutex
	conds [2]*Cond
}

// perform runs a script. held is the mutex of the section that it is in.
func (g *stage) perform(t *Task, s script, held *Mutex) {
	var made []*Task
	for _, a := range s {
		switch a.what {
		case "load":
			g.words[a.on].Load(t)
		case "store":
			g.words[a.on].Store(t, 1)
		case "inc":
			g.words[a.on].Inc(t, 1)
		case "await":
			g.words[a.on].Await(t, Gt, 0)
		case "section":
			g.locks[a.on].Lock(t)
			g.perform(t, a.inside, g.locks[a.on])
			g.locks[a.on].Unlock(t)
		case "lock":
			if !g.locks[a.on].HeldBy(t) {
				g.locks[a.on].Lock(t)
			}
		case "try":
			if g.locks[a.on].TryLock(t) {
				g.perform(t, a.inside, held)
				g.locks[a.on].Unlock(t)
			}
		case "wait":
			if held != nil {
				g.conds[a.on].Wait(t, held)
			}
		case "signal":
			g.conds[a.on].Signal(t)
		case "broadcast":
			g.conds[a.on].Broadcast(t)
		case "choose":
			if t.Choose("v", 2) == a.on {
				g.perform(t, a.inside, held)
			}
		case "spawn":
			made = append(made, t.Go(fmt.Sprint("child", len(made)), func(t *Task) { g.perform(t, a.inside, nil) }))
		case "join":
			if len(made) > a.on {
				t.Join(made[a.on])
			}
		}
	}
}

// randomScript makes n actions; in a section some of them wait.
func randomScript(r *rand.Rand, n, depth int, section bool) script {
	s := script{}
	for range n {
		a := action{on: r.IntN(2)}
		kinds := []string{"load", "store", "inc", "await", "signal", "broadcast", "lock", "join"}
		if section {
			kinds = append(kinds, "wait", "wait", "wait")
		}
		if depth > 0 {
			kinds = append(kinds, "section", "section", "section", "section", "choose", "spawn", "try")
		}
		a.what = kinds[r.IntN(len(kinds))]
		if a.what == "lock" && r.IntN(3) > 0 {
			a.what = "store"
		}
		switch a.what {
		case "section":
			a.inside = randomScript(r, r.IntN(3), depth-1, true)
		case "choose", "spawn", "try":
			a.inside = randomScript(r, 1, depth-1, section && a.what == "choose")
		}
		s = append(s, a)
	}
	return s
}

// randomProgram makes a program with condition variables, choices, spawns,
// joins, and sometimes properties that read several objects.
func randomProgram(seed uint64) *Program {
	r := rand.New(rand.NewPCG(seed, 3))
	var all []script
	name := fmt.Sprint(seed, ":")
	for range 2 + r.IntN(2) {
		s := randomScript(r, 1+r.IntN(3), 2, false)
		all = append(all, s)
		name += " | " + s.String()
	}
	reads := r.IntN(4)
	if reads == 0 {
		name += " | property"
	}
	return program(name, func(w *World) {
		var g stage
		for i := range g.words {
			g.words[i] = NewWord(w, fmt.Sprint("x", i), 0)
			g.locks[i] = NewMutex(w, fmt.Sprint("m", i))
			g.conds[i] = NewCond(w, fmt.Sprint("c", i))
		}
		if reads == 0 {
			w.Always(Property{Name: "reads", Reads: []ObjID{g.words[0].ID(), g.locks[1].ID(), g.conds[0].ID()},
				Check: func() string { return "" }})
		}
		for _, s := range all {
			w.Go(fmt.Sprint("T", len(w.Tasks())), func(t *Task) { g.perform(t, s, nil) })
		}
	})
}

// kinds lists the kinds of violations of a report. Which of several tasks that
// are stuck is named first is up to the order in which they were made.
func kinds(r *Report) string {
	var all []string
	for i := range r.Findings {
		all = append(all, r.Findings[i].Violation.Kind.String())
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), ", ")
}

// fewExecutions reports whether p has less than a thousand executions.
func fewExecutions(t *testing.T, p *Program) bool {
	const most = 1000
	r := explore(t, p, Options{Preemptions: -1, All: true, Shrink: -1, Recheck: -1, Executions: most, Drain: true})
	return r.Executions < most
}

// TestReductionOfGenerated holds the reduction against the classes of all
// executions of generated programs, in three orders.
func TestReductionOfGenerated(t *testing.T) {
	n := 2500 * uint64(*MoreJudged)
	if testing.Short() {
		n = 500
	}
	compared, traces := 0, 0
	for seed := range n {
		p := randomProgram(seed)
		if !fewExecutions(t, p) {
			continue
		}
		classes, by := byEnumeration(t, p)
		for _, order := range allOrders {
			if what := reducedTo(p, classes, by, kinds, DPORSettings{Order: order}); what != "" {
				t.Fatalf("%s: %s first: %s", p.Name, order, what)
			}
		}
		compared++
		traces += len(classes)
	}
	t.Logf("%d programs, %d traces", compared, traces)
}
