package main

import (
	"fmt"
	"math/big"
	"strings"

	"lockheld/sched"
)

// symmetry says which tasks a search by symmetry took as interchangeable.
func symmetry(rep *sched.Report) []string {
	if !rep.Options.Symmetry {
		return nil
	}
	if !rep.Symmetric {
		return []string{"symmetry: no tasks are declared to be interchangeable"}
	}
	var notes []string
	for _, t := range rep.Turns {
		orders, by := new(big.Int).MulRange(1, int64(len(t.Tasks))), "steps"
		if t.ByWrites {
			by = "writes"
		}
		notes = append(notes, fmt.Sprintf("symmetry: of the %v orders in which %s can make their first %s, one was searched",
			orders, strings.Join(t.Tasks, ", "), by))
	}
	return notes
}

// exchange checks what a program declares to be interchangeable: it repeats the
// executions of a search with tasks exchanged.
type exchange struct {
	*sched.Exchange
	classes sched.Classifier
}

// newExchange makes what c knows grow by the classes of repetitions.
func newExchange(t *target, o sched.Options, c *selfcheck) *exchange {
	e := &exchange{Exchange: sched.NewExchange(t.program, o)}
	e.After = func(r *sched.Result) {
		if !r.Pruned {
			c.know(e.classes.Class(r))
		}
	}
	return e
}

// compare says what was compared. What does not agree is a finding.
func (e *exchange) compare(rep *sched.Report) (string, error) {
	wrong, s, err := e.Done()
	if err != nil {
		return "", err
	}
	if wrong != "" {
		disagree(rep, wrong, s)
		return "", nil
	}
	executions, orders, repeated := e.Counts()
	if orders == 0 {
		return "", nil
	}
	which := "all other orders of these tasks"
	if !e.Whole() {
		which = "orders in which two of these tasks change places"
	}
	return fmt.Sprintf("selfcheck: %d executions were repeated %d times, in %s, and were the same but for that", executions, repeated, which), nil
}
