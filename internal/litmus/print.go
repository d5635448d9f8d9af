package litmus

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// String returns p as a litmus file without comments. Parse of the result
// gives p again.
func (p *Program) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "litmus 1\nname %s\n", p.Name)
	for _, o := range p.Objects {
		if o.Kind == Var {
			fmt.Fprintf(&b, "var %s = %d\n", o.Name, o.Init)
		} else {
			fmt.Fprintf(&b, "%s %s\n", o.Kind, o.Name)
		}
	}
	for i := range p.Tasks {
		t := &p.Tasks[i]
		fmt.Fprintf(&b, "task %s:", t.Name)
		for j, op := range t.Ops {
			if j > 0 {
				b.WriteByte(';')
			}
			b.WriteByte(' ')
			b.WriteString(p.OpString(op))
		}
		b.WriteByte('\n')
	}
	for _, f := range p.Finals {
		fmt.Fprintf(&b, "final %s\n", p.FinalString(f))
	}
	return b.String()
}

// OpString returns op as it is written in a file.
func (p *Program) OpString(op Op) string {
	words := []string{op.Code.String()}
	for _, o := range shapes[op.Code].operands {
		words = append(words, p.operandString(op, o))
	}
	return strings.Join(words, " ")
}

func (p *Program) operandString(op Op, o operand) string {
	switch o {
	case anyVar, aMutex, aRWMutex:
		return p.Objects[op.Object].Name
	case expr:
		return op.E.String()
	case expr2:
		return op.E2.String()
	case number, count:
		return strconv.FormatInt(op.N, 10)
	case unless:
		return "unless"
	case accCond:
		return "acc " + op.Cond.String()
	case cond:
		return op.Cond.String()
	}
	panic(fmt.Sprintf("litmus: unknown operand %d", o))
}

// FinalString returns f's condition as it is written in a file.
func (p *Program) FinalString(f Final) string {
	return p.Objects[f.Object].Name + " " + f.Cond.String()
}

// String returns the expression as it is written.
func (e Expr) String() string {
	switch {
	case !e.Acc:
		return strconv.FormatInt(e.N, 10)
	case e.N == 0:
		return "acc"
	case e.N < 0 && e.N != math.MinInt64:
		return "acc" + strconv.FormatInt(e.N, 10)
	}
	return "acc+" + strconv.FormatInt(e.N, 10)
}

// String returns the operator and the number.
func (c Cond) String() string { return fmt.Sprintf("%s %d", c.Cmp, c.N) }
