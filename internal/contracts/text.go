package contracts

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"lockheld/heap"
)

// Replay returns the command that repeats the execution of a witness.
type Replay func(w Witness) (string, error)

// writer writes lines until something fails.
type writer struct {
	w      io.Writer
	replay Replay
	err    error
}

func (w *writer) line(format string, args ...any) {
	if w.err == nil {
		_, w.err = fmt.Fprintf(w.w, format+"\n", args...)
	}
}

// by writes the command that repeats an execution, and where in it that is which it
// is to show: the execution may go on behind it.
func (w *writer) by(by Witness) {
	if w.err != nil {
		return
	}
	cmd, err := w.replay(by)
	if err != nil {
		w.err = err
		return
	}
	at := "before step 0"
	if n := len(by.Schedule); n > 0 {
		at = fmt.Sprintf("after step %d", n-1)
	}
	w.line("replay: %s # %s", cmd, at)
}

// Write writes what was inferred and how it compares with what is documented.
// It reports whether there are differences. It gives an execution for each "not"
// of the table, and for each difference.
func (in *Inference) Write(out io.Writer, replay Replay) (differs bool, err error) {
	w := &writer{w: out, replay: replay}
	functions := in.Functions()
	w.line("%s", strings.Join([]string{"function", "entry", "return", "dropped", "stack", "P", "documented"}, "\t"))
	for i := range functions {
		w.row(&functions[i])
	}
	for i := range functions {
		for _, s := range functions[i].Shown {
			w.line("%s: %s", functions[i].Function, s.Text)
			w.by(s.By)
		}
	}
	for i := range functions {
		for _, d := range functions[i].Differs {
			differs = true
			w.line("difference: %s: %s", functions[i].Function, d.Text)
			w.by(d.By)
		}
	}
	for _, c := range in.Inconsistencies() {
		differs = true
		w.line("inconsistent: %s is documented as %s and calls %s, documented as %s, without taking the lock",
			c.From.Function, c.From.Entry, c.To.Function, c.To.Entry)
		w.by(c.By)
	}
	for i := range functions {
		w.why(&functions[i])
	}
	if !w.sites(in.Sites()) {
		differs = true
	}
	return differs, w.err
}

// row writes the row of a function.
func (w *writer) row(f *Function) {
	doc := string(f.Entry)
	if f.System {
		doc += ", system stack"
	}
	if f.Drops {
		doc += ", may drop"
	}
	if f.P {
		doc += ", P"
	}
	if !f.Seen {
		w.line("%s\tnot seen\t-\t-\t-\t-\t%s", f.Function, doc)
		return
	}
	dropped := "no"
	if f.Dropped {
		dropped = "yes"
	}
	switch {
	case len(f.Differs) > 0:
		doc += ": differs"
	case f.Stricter:
		doc += ": held would do"
	}
	w.line("%s\t%s\t%s\t%s\t%s\t%s\t%s", f.Function, f.At, f.Return, dropped, f.On, f.With, doc)
}

// why says why a function is not documented as held.
func (w *writer) why(f *Function) {
	if f.Entry != HeldOrStopped || !f.Seen {
		return
	}
	var held, user, system []string
	for _, c := range f.Callers {
		list := &system
		switch {
		case c.State.Held:
			list = &held
		case !c.State.System:
			list = &user
		}
		if !slices.Contains(*list, c.Function) {
			*list = append(*list, c.Function)
		}
	}
	var parts []string
	if len(held) > 0 {
		parts = append(parts, strings.Join(held, " and ")+" comes with the lock")
	}
	if len(user) > 0 {
		parts = append(parts, strings.Join(user, " and ")+" comes with the world stopped, on a user stack, where the lock must not be taken")
	}
	if len(system) > 0 {
		parts = append(parts, strings.Join(system, " and ")+" comes with the world stopped, on the system stack, where the lock could be taken")
	}
	keeps := "stays"
	if len(user) == 0 {
		keeps = "need not stay"
	}
	w.line("why: %s %s held or stopped: %s", f.Function, keeps, strings.Join(parts, "; "))
}

// sites writes what was seen at the assertion points and reports whether all
// agree.
func (w *writer) sites(list []Site) bool {
	agree, reached := 0, 0
	for i := range list {
		s := &list[i]
		if !s.Reached {
			w.line("site: %s: not reached", s.Site)
			continue
		}
		reached++
		if s.Agrees {
			agree++
			continue
		}
		what := "without the lock"
		if s.Neither {
			what = "without the lock in a world that runs"
		} else if s.Kind == heap.SiteLock {
			what = "without the lock in a stopped world"
		}
		w.line("site: %s demands %s and was reached %s", s.Site, s.Kind, what)
		w.by(s.ByOthers)
	}
	w.line("sites: %d of the %d assertion points of the commit were reached, %d agree", reached, len(list), agree)
	return agree == reached
}
