module inkotls

go 1.25
