package litmus

import (
	"fmt"
	"strings"
)

// task reads the line task T: OP; OP; … whose operations may be missing.
func (p *parser) task(w []string) error {
	if len(w) < 3 || w[2] != ":" {
		return lineShape(w, "task T: OP; OP")
	}
	name := w[1]
	if err := p.declare(name, "task", len(p.prog.Tasks)); err != nil {
		return err
	}
	t := Task{Name: name}
	if rest := w[3:]; len(rest) > 0 {
		for i, words := range splitOps(rest) {
			op, err := p.op(words)
			if err != nil {
				return fmt.Errorf("task %s, operation %d: %w", name, i+1, err)
			}
			t.Ops = append(t.Ops, op)
		}
	}
	p.prog.Tasks = append(p.prog.Tasks, t)
	return nil
}

// splitOps cuts the words of a task at the semicolons.
func splitOps(w []string) [][]string {
	ops := [][]string{nil}
	for _, word := range w {
		if word == ";" {
			ops = append(ops, nil)
			continue
		}
		last := len(ops) - 1
		ops[last] = append(ops[last], word)
	}
	return ops
}

// op reads one operation.
func (p *parser) op(w []string) (Op, error) {
	if len(w) == 0 {
		return Op{}, fmt.Errorf("empty; operations are separated by one semicolon, and none follows the last")
	}
	for code := range shapes {
		if s := &shapes[code]; s.word == w[0] {
			op := Op{Code: Code(code), Object: -1}
			if err := p.operands(&op, s, w[1:]); err != nil {
				return Op{}, err
			}
			return op, nil
		}
	}
	return Op{}, fmt.Errorf("unknown operation %q; there are %s", w[0], knownOps())
}

func knownOps() string {
	all := make([]string, 0, len(shapes))
	for i := range shapes {
		all = append(all, shapes[i].word)
	}
	return strings.Join(all, " ")
}

// width is how many words an operand is.
func (o operand) width() int {
	switch o {
	case accCond:
		return 3
	case cond:
		return 2
	}
	return 1
}

// operands reads what follows the word of an operation.
func (p *parser) operands(op *Op, s *shape, w []string) error {
	total := 0
	for _, o := range s.operands {
		total += o.width()
	}
	if len(w) != total {
		return fmt.Errorf("bad %s %q; it is: %s", s.word, strings.Join(w, " "), s.usage())
	}
	for _, o := range s.operands {
		if err := p.operand(op, o, w[:o.width()]); err != nil {
			return fmt.Errorf("%s: %w", s.word, err)
		}
		w = w[o.width():]
	}
	return nil
}

func (p *parser) operand(op *Op, o operand, w []string) (err error) {
	switch o {
	case anyVar:
		op.Object, err = p.resolve(w[0], "var")
	case aMutex:
		op.Object, err = p.resolve(w[0], "mutex")
	case aRWMutex:
		op.Object, err = p.resolve(w[0], "rwmutex")
	case expr:
		op.E, err = parseExpr(w[0])
	case expr2:
		op.E2, err = parseExpr(w[0])
	case number:
		op.N, err = parseNumber(w[0])
	case count:
		op.N, err = parseNumber(w[0])
		if err == nil && op.N < 1 {
			err = fmt.Errorf("cannot jump over %d operations; K is at least 1", op.N)
		}
	case unless:
		if w[0] != "unless" {
			err = fmt.Errorf("%q instead of unless", w[0])
		}
	case accCond:
		if w[0] != "acc" {
			return fmt.Errorf("%q instead of acc; the condition is on acc", w[0])
		}
		op.Cond, err = parseCond(w[1], w[2])
	case cond:
		op.Cond, err = parseCond(w[0], w[1])
	}
	return err
}
