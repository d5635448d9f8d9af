package sched

import (
	"slices"
	"testing"
)

// counting counts the switches of another driver.
type counting struct {
	driver
	switches int
}

func (d *counting) door(me, to int) *slot {
	d.switches++
	return d.driver.door(me, to)
}

// Control is switched only to a task that is inside its body, or away from one:
// where a body has been left, the same coroutine enters the next one, also that of
// the next execution.
func TestBodiesThatFollowEachOtherNeedNoSwitch(t *testing.T) {
	for _, c := range []struct {
		name         string
		steps, tasks int
		want         []int // of the executions but for the first, in which all tasks are started to learn how they begin
	}{
		{"one step", 1, 3, []int{0, 0, 0, 0, 0}},
		{"two steps", 2, 2, []int{2, 3, 0, 2, 3}}, // abba abab bbaa baab baba
	} {
		d := &counting{driver: newSymmetric()}
		p := program(c.name, func(w *World) {
			o := NewWord(w, "x", 0)
			for range c.tasks {
				w.Go("T", func(t *Task) {
					for range c.steps {
						o.Add(t, 1)
					}
				})
			}
		})
		x := newEngine(p, newDFS(&Options{Preemptions: -1}), d)
		var at []int
		x.after = func(*Result) { at = append(at, d.switches) }
		if err := x.run(); err != nil {
			t.Fatal(err)
		}
		var got []int
		for i := 1; i < len(at); i++ {
			got = append(got, at[i]-at[i-1])
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: switches %v, want %v", c.name, got, c.want)
		}
	}
}
