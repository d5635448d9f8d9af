package coverage

import (
	"regexp"

	"lockheld/sched"
)

// A Step is a sort of steps: the same operation by the same function on objects
// that differ in numbers only.
type Step struct {
	Function string
	Kind     string
	Object   string
}

// chooser keeps the schedules of executions that have steps which were not seen
// before: a task does something to an object after something else that it did.
type chooser struct {
	seen   map[[2]doing]bool
	last   []doing
	chosen []sched.Schedule
}

// doing is what a task does.
type doing struct {
	task int16
	kind sched.OpKind
	obj  sched.ObjID
}

// look is called with each execution.
func (c *chooser) look(r *sched.Result) {
	if c.seen == nil {
		c.seen = map[[2]doing]bool{}
	}
	clear(c.last)
	fresh := false
	for i := range r.Log {
		s := &r.Log[i]
		for len(c.last) <= int(s.Task) {
			c.last = append(c.last, doing{})
		}
		d := doing{s.Task, s.Kind, s.Obj}
		key := [2]doing{c.last[s.Task], d}
		c.last[s.Task] = d
		if !c.seen[key] {
			c.seen[key] = true
			fresh = true
		}
	}
	if fresh {
		c.chosen = append(c.chosen, r.Schedule())
	}
}

var numbers = regexp.MustCompile(`[0-9]+`)

// steps runs the chosen schedules again, to see the functions that make the
// steps.
func (c *chooser) steps(p *sched.Program, found map[Step]bool) error {
	for _, s := range c.chosen {
		tr, err := sched.Replay(p, s, sched.Options{})
		if err != nil {
			return err
		}
		for i := range tr.Events {
			if e := &tr.Events[i]; !e.Note {
				found[Step{e.Func(), e.Kind.String(), numbers.ReplaceAllString(e.Object, "#")}] = true
			}
		}
	}
	return nil
}
