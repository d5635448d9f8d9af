package sched

import (
	"math/big"
	"testing"
)

// multinomial returns (n1+n2+…)! / (n1! n2! …), the number of interleavings.
func multinomial(ns ...int) int64 {
	sum, den := int64(0), big.NewInt(1)
	for _, n := range ns {
		sum += int64(n)
		den.Mul(den, new(big.Int).MulRange(1, int64(n)))
	}
	return new(big.Int).Div(new(big.Int).MulRange(1, sum), den).Int64()
}

// pow returns n to the power of k.
func pow(n int64, k int) int64 {
	p := int64(1)
	for range k {
		p *= n
	}
	return p
}

// Plain depth-first search explores every interleaving once. The figures are
// closed forms, or from another explorer by brute force where none is known.
func TestInterleavings(t *testing.T) {
	for _, c := range []struct {
		p    *Program
		want int64
	}{
		{independent(), 1},
		{independent(5), 1},
		{independent(1, 1, 1, 1, 1), multinomial(1, 1, 1, 1, 1)},
		{independent(3, 3, 3), multinomial(3, 3, 3)},
		{independent(0, 4, 0, 5), multinomial(4, 5)},
		{independent(1, 2, 3, 4), multinomial(1, 2, 3, 4)},
		{readers(5), multinomial(1, 1, 1, 1, 1, 1)},
		{lostUpdate(3, 1), multinomial(3, 3, 3)},
		{counter(3, 2), multinomial(2, 2, 2)}, // a critical section is entered and left without others
		{counter(3, 3), 1680},
		{counter(2, 5), multinomial(5, 5)},
		{philosophers(3), 168},
		{crossedLocks(), 26},
		{program("choose", func(w *World) {
			tasks(w, func(t *Task) {
				for range 3 {
					t.Choose("v", 3)
				}
			}, func(t *Task) {
				t.Choose("v", 5)
				t.Choose("v", 1)
			})
		}), multinomial(3, 1) * pow(3, 3) * 5},
		{program("local", localSetup), multinomial(2, 2)},
		{program("spawn", func(w *World) {
			w.Go("root", func(t *Task) {
				t.Go("child", func(t *Task) { t.Yield() })
				t.Yield()
				t.Yield()
			})
		}), 3}, // the child's step has three places behind the spawn
		{program("join", func(w *World) {
			w.Go("root", func(t *Task) {
				c := t.Go("child", func(t *Task) { t.Yield() })
				t.Yield()
				t.Join(c)
				t.Yield()
			})
		}), 2},
		{program("daemon", func(w *World) {
			w.Daemon("D", func(t *Task) {
				for {
					t.Yield()
				}
			})
			w.Go("T", func(t *Task) {})
		}), 1}, // a daemon that could go on keeps nothing alive
	} {
		for _, reusable := range []bool{true, false} {
			p := *c.p
			p.Reusable = reusable
			r := explore(t, &p, Options{Preemptions: -1, All: true, Shrink: -1})
			if r.Executions != c.want || r.Blocked != 0 || r.Cut != 0 {
				t.Errorf("%s: %d executions (%d blocked, %d cut), want %d", p.Name, r.Executions, r.Blocked, r.Cut, c.want)
			}
		}
	}
}

// crossedLocks is AB-BA with a third task that does as the first.
func crossedLocks() *Program {
	return program("crossed", func(w *World) {
		m, n := NewMutex(w, "m"), NewMutex(w, "n")
		tasks(w, func(t *Task) { both(t, m, n) }, func(t *Task) { both(t, n, m) }, func(t *Task) { both(t, m, n) })
	})
}

// preemptionsOf counts the switches away from a task that could have gone on.
func preemptionsOf(log []Step) int {
	n := 0
	for i := 1; i < len(log); i++ {
		last := log[i-1].Task
		if log[i].Task != last && log[i].Enabled&(1<<uint(last)) != 0 {
			n++
		}
	}
	return n
}

// A bound of k keeps exactly the executions with at most k preemptions: all are
// counted by brute force. If none is left out, the search is complete.
func TestPreemptionBound(t *testing.T) {
	for _, p := range append(suite(), independent(2, 3, 2), crossedLocks(), counter(3, 3)) {
		var with []int64 // executions by preemptions
		explore(t, p, Options{Preemptions: -1, All: true, Shrink: -1, After: func(r *Result) {
			n := preemptionsOf(r.Log)
			for len(with) <= n {
				with = append(with, 0)
			}
			with[n]++
		}})
		var sum int64
		for k := range with {
			sum += with[k]
			r := explore(t, p, Options{Preemptions: k, All: true, Shrink: -1})
			verdict := Bounded
			if k == len(with)-1 {
				verdict = Complete
			}
			if len(r.Findings) > 0 {
				verdict = Violated
			}
			if r.Executions != sum || r.Verdict != verdict {
				t.Errorf("%s: %d executions with at most %d preemptions, %v; want %d, %v", p.Name, r.Executions, k, r.Verdict, sum, verdict)
			}
		}
	}
}

// bounded counts the interleavings of independent tasks with left steps to go
// and at most k preemptions, by trying them all; last is the task that moved.
func bounded(left []int, last, k int) int64 {
	n, done := int64(0), true
	for i := range left {
		if left[i] == 0 {
			continue
		}
		done = false
		cost := 0
		if last >= 0 && i != last && left[last] > 0 {
			cost = 1
		}
		if cost <= k {
			left[i]--
			n += bounded(left, i, k-cost)
			left[i]++
		}
	}
	if done {
		return 1
	}
	return n
}

func TestPreemptionBoundOfIndependentTasks(t *testing.T) {
	for _, steps := range [][]int{{3}, {2, 2}, {3, 2, 2}, {1, 1, 1, 1}, {4, 4}} {
		for k := range 6 {
			r := explore(t, independent(steps...), Options{Preemptions: k})
			if want := bounded(steps, -1, k); r.Executions != want {
				t.Errorf("%v: %d executions with at most %d preemptions, want %d", steps, r.Executions, k, want)
			}
		}
	}
}

// A limit of d steps keeps every beginning of d steps of an execution.
func TestDepth(t *testing.T) {
	for d := 1; d <= 7; d++ {
		r := explore(t, independent(2, 3), Options{Preemptions: -1, Depth: d})
		want, cut := beginnings(2, 3, d), beginnings(2, 3, d)
		verdict := Bounded
		if d >= 5 {
			want, cut, verdict = multinomial(2, 3), 0, Complete
		}
		if r.Executions != want || r.Cut != cut || r.Verdict != verdict || r.MaxSteps != min(d, 5) {
			t.Errorf("depth %d: %d executions, %d cut, at most %d steps, %v; want %d, %d, %d, %v",
				d, r.Executions, r.Cut, r.MaxSteps, r.Verdict, want, cut, min(d, 5), verdict)
		}
	}
}

// beginnings counts the words of d letters with at most a of one and b of the other.
func beginnings(a, b, d int) int64 {
	n := int64(0)
	for i := 0; i <= min(a, d); i++ {
		if d-i <= b {
			n += multinomial(i, d-i)
		}
	}
	return n
}

func TestExecutionLimit(t *testing.T) {
	for _, c := range []struct {
		n    int64
		want VerdictKind
		why  string
	}{{1, Stopped, "executions=1"}, {9, Stopped, "executions=9"}, {10, Complete, ""}, {11, Complete, ""}, {0, Complete, ""}} {
		r := explore(t, independent(2, 3), Options{Preemptions: -1, Executions: c.n})
		if r.Verdict != c.want || r.Why != c.why || c.n > 0 && r.Executions != min(c.n, 10) {
			t.Errorf("limit %d: %v %q after %d", c.n, r.Verdict, r.Why, r.Executions)
		}
	}
	r := explore(t, independent(2, 3), Options{Strategy: "random", Executions: 10})
	if r.Verdict != Sampled || r.Executions != 10 {
		t.Errorf("random: %v after %d", r.Verdict, r.Executions)
	}
}
