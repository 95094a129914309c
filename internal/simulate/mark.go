package simulate

// The mark is a row of squares under the label, each white or black: white and black, by which a reader knows the two, then the
// sixteen bits of the picture's number, the greatest first, and one that makes the white ones among those seventeen odd in number.
// So a program can tell from the pixels alone which picture it sees, whatever clocks say.
const (
	markBits  = 16
	markCells = 2 + markBits + 1
)

// leastMarked is the least width of a picture with a mark: a cell of it is a square of four pixels.
const leastMarked = 320

// cell is the side of a cell: a whole block of the coding, where the picture is twice the least width.
func (p *picture) cell(scale int) int { return 4 * scale }

// cells draws the mark of the picture's number. It begins on the grid of the coding's blocks, so that no cell bleeds into another.
func (p *picture) cells(scale int) {
	side := p.cell(scale)
	left, top := p.width-side*(markCells+1), 3*side
	for i, white := range markOf(p.number) {
		c := colour{}
		if white {
			c = colour{1, 1, 1}
		}
		for k := range side * side {
			p.set(left+i*side+k%side, top+k/side, c)
		}
	}
}

// markOf is which cells of a number are white.
func markOf(number int) [markCells]bool {
	cells := [markCells]bool{0: true}
	odd := true
	for i := range markBits {
		if number>>(markBits-1-i)&1 == 1 {
			cells[2+i] = true
			odd = !odd
		}
	}
	cells[markCells-1] = odd
	return cells
}
