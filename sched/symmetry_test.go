package sched

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// twinsProgram is a random program of two or three tasks that do the same, and
// one that does something else. ends collects what the tasks know in the end,
// that of the twins in no order, and what is left in memory. If wrong is true the
// last task is declared to be a twin.
func twinsProgram(seed uint64, wrong bool, ends map[string]bool) *Program {
	rnd := rand.New(rand.NewPCG(seed, 3))
	twins := 2 + rnd.IntN(2)
	bodies := [2][]int{}
	for i := range bodies {
		for range 1 + rnd.IntN(3-i) {
			bodies[i] = append(bodies[i], rnd.IntN(9))
		}
	}
	bodies[1][0] = bodies[0][0] // or a wrong declaration would be seen at once
	return &Program{Name: fmt.Sprint("twins ", seed), Reusable: seed%2 == 0, Setup: func(w *World) {
		x, y, m := NewWord(w, "x", 0), NewWord(w, "y", 0), NewMutex(w, "m")
		known := make([]uint64, twins+1)
		SaveSlice(w, known)
		w.Hidden(nil)
		var all []*Task
		for i := range known {
			body := bodies[i/twins]
			all = append(all, w.Go(fmt.Sprint("T", i), func(t *Task) {
				acc := uint64(0)
				for _, op := range body {
					acc = twinStep(t, op, acc, x, y, m) % 7
					known[i] = acc
				}
			}))
		}
		if !wrong {
			all = all[:twins]
		}
		w.Symmetric(all...)
		w.AtEnd(Property{Name: "ends", Check: func() string {
			same := slices.Sorted(slices.Values(known[:twins]))
			ends[fmt.Sprint(same, known[twins], x.Peek(), y.Peek())] = true
			return ""
		}})
	}}
}

// twinStep does one thing, which may depend on acc, and returns the new acc.
func twinStep(t *Task, op int, acc uint64, x, y *Word, m *Mutex) uint64 {
	switch op {
	case 0:
		return acc*2 + x.Load(t)
	case 1:
		x.Store(t, acc+1)
	case 2:
		return acc + x.Add(t, 1)
	case 3:
		y.Store(t, x.Load(t)+acc)
	case 4:
		return acc + 3*y.Load(t)
	case 5:
		m.Lock(t)
		acc += y.Load(t)
		y.Store(t, acc+1)
		m.Unlock(t)
	case 6:
		if m.TryLock(t) {
			x.Store(t, 5)
			m.Unlock(t)
		}
	case 7:
		if x.CAS(t, 0, 2) {
			acc += 2
		}
		if acc == 5 {
			t.Fail(Violation{Kind: KindAssertion, Site: "five"})
		}
	case 8:
		m.Lock(t) // for ever
	}
	return acc
}

// sitesOf lists the kinds and sites of violations, without which task it was.
func sitesOf(r *Report) string {
	var all []string
	for i := range r.Findings {
		v := &r.Findings[i].Violation
		all = append(all, v.Kind.String()+" "+strings.TrimRight(v.Site, "0123"))
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), ", ")
}

// asymmetric says how a search by symmetry differs from one without, "" if it
// does not.
func asymmetric(t *testing.T, seed uint64, wrong bool) (what string, compared bool) {
	want := map[string]bool{}
	d := explore(t, twinsProgram(seed, false, want), Options{Preemptions: -1, All: true, Recheck: -1, Shrink: -1, Executions: 2000})
	if d.Executions == 2000 {
		return "", false
	}
	for _, o := range []Options{{Strategy: "dfs"}, {Strategy: "cache"}, {Strategy: "dpor"}} {
		o.Symmetry, o.Preemptions, o.All, o.Recheck, o.Shrink = true, -1, true, -1, -1
		got := map[string]bool{}
		r := explore(t, twinsProgram(seed, wrong, got), o)
		if !maps.Equal(got, want) || sitesOf(r) != sitesOf(d) || r.Verdict != d.Verdict || !r.Symmetric ||
			o.Strategy == "dfs" && d.Executions > 1 && r.Executions >= d.Executions {
			return fmt.Sprintf("twins %d, %s: %v %s, %d executions\nends %q\nwant %s, fewer than %d\nends %q", seed, o.Strategy, r.Verdict, sitesOf(r),
				r.Executions, slices.Sorted(maps.Keys(got)), sitesOf(d), d.Executions, slices.Sorted(maps.Keys(want))), true
		}
	}
	return "", true
}

// A search by symmetry finds the violations of one without, and its ends up to
// which task is which, in fewer executions. If a task that is another one is
// declared to be the same, that shows.
func TestSymmetry(t *testing.T) {
	compared, wrong := 0, 0
	for seed := range uint64(300) {
		what, ok := asymmetric(t, seed, false)
		if what != "" {
			t.Fatal(what)
		}
		if !ok {
			continue
		}
		compared++
		if seed < 100 {
			if what, _ := asymmetric(t, seed, true); what != "" {
				wrong++
			}
		}
	}
	t.Logf("%d programs, %d wrong declarations of 100 noticed", compared, wrong)
	if compared < 100 || wrong < 10 {
		t.Error("too few")
	}
}

// With n tasks of one kind, n! schedules become one.
func TestSymmetryCounts(t *testing.T) {
	twins := func(n, steps, others int) *Program {
		return program("twins", func(w *World) {
			body := func(t *Task) {
				for range steps {
					t.Yield()
				}
			}
			var all []*Task
			for i := range n {
				all = append(all, w.Go(fmt.Sprint("T", i), body))
			}
			w.Symmetric(all...)
			for i := range others {
				w.Go(fmt.Sprint("U", i), body)
			}
		})
	}
	for _, c := range []struct {
		n, steps, others int
		want             int64
	}{
		{3, 1, 0, 1},
		{4, 1, 1, 5},
		{2, 3, 0, 20 / 2},
		{3, 2, 0, 90 / 6},
		{2, 2, 1, 90 / 2},
		{1, 2, 2, 90},
	} {
		for _, reusable := range []bool{true, false} {
			p := twins(c.n, c.steps, c.others)
			p.Reusable = reusable
			r := explore(t, p, Options{Preemptions: -1, Symmetry: true})
			if r.Executions != c.want || r.Verdict != Complete || r.Symmetric != (c.n > 1) {
				t.Errorf("%+v: %d executions, %v, symmetric %v", c, r.Executions, r.Verdict, r.Symmetric)
			}
		}
	}
	if r := explore(t, twins(3, 2, 0), Options{Preemptions: -1}); r.Executions != 90 || r.Symmetric {
		t.Errorf("%d executions without symmetry, symmetric %v", r.Executions, r.Symmetric)
	}
	if _, err := Explore(t.Context(), twins(3, 2, 0), Options{Strategy: "auto", Preemptions: -1, Symmetry: true}); err == nil {
		t.Error("auto takes symmetry")
	}
}

// Wrong declarations panic.
func TestSymmetricPanics(t *testing.T) {
	nothing := func(t *Task) { t.Yield() }
	for _, c := range []struct {
		want  string
		setup func(w *World)
	}{
		{"sched: Symmetric of A twice", func(w *World) { a := w.Go("A", nothing); w.Symmetric(a, a) }},
		{"sched: Symmetric of A twice", func(w *World) {
			a, b, c := w.Go("A", nothing), w.Go("B", nothing), w.Go("C", nothing)
			w.Symmetric(a, b)
			w.Symmetric(c, a)
		}},
		{"sched: Symmetric of A and D, of which one is a daemon", func(w *World) { w.Symmetric(w.Go("A", nothing), w.Daemon("D", nothing)) }},
		{"sched: A and B are declared symmetric, but begin with yield and store", func(w *World) {
			x := NewWord(w, "x", 0)
			w.Symmetric(w.Go("A", nothing), w.Go("B", func(t *Task) { x.Store(t, 1) }))
		}},
	} {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.Contains(got, c.want) {
					t.Errorf("panic %q, want %q", got, c.want)
				}
			}()
			_, err := Explore(t.Context(), program("wrong", c.setup), Options{Preemptions: -1, Symmetry: true})
			panic(err)
		}()
	}
}
