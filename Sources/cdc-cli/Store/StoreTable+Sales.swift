import CDCCore

/// Who works in the store, who buys, and what was sold.
extension StoreTable {
  static let employee = StoreTable(
    name: "employee",
    columns: """
      employee_id integer NOT NULL,
        last_name varchar(20) NOT NULL,
        first_name varchar(20) NOT NULL,
        title varchar(30),
        reports_to integer,
        birth_date date,
        hired_at timestamp NOT NULL,
        salary numeric(12,2),
        email varchar(60)
      """,
    primaryKey: "employee_id", foreignKeys: ["FOREIGN KEY (reports_to) REFERENCES employee"],
    units: \.employees
  ) { scale, id, row in
    var random = scale.random(.employee, id)
    let (first, last) = random.person()
    row.integer(id)
    row.text(last)
    row.text(first)
    row.text(Words.titles[min(id - 1, Words.titles.count - 1)])
    if id == 1 { row.null() } else { row.integer(random.below(id - 1) / 4 + 1) }
    row.date(CalendarDate(daysSince1970: random.within(-4000...12_000)))
    let (date, time) = random.moment()
    row.timestamp(date, microseconds: time / 1_000_000 * 1_000_000)
    row.decimal(random.within(2_800_000...9_500_000))
    row.text(first.asciiLetters, "@chinook.example")
    row.endRow()
  }

  static let customer = StoreTable(
    name: "customer",
    columns: """
      customer_id integer NOT NULL,
        public_id uuid NOT NULL,
        first_name varchar(40) NOT NULL,
        last_name varchar(40) NOT NULL,
        company varchar(80),
        address varchar(70),
        city varchar(40),
        country varchar(40),
        phone varchar(24),
        email varchar(80) NOT NULL,
        support_rep_id integer,
        accepts_mail boolean NOT NULL,
        rating double precision,
        preferences jsonb,
        created_at timestamptz NOT NULL
      """,
    primaryKey: "customer_id", foreignKeys: ["FOREIGN KEY (support_rep_id) REFERENCES employee"],
    units: \.customers
  ) { scale, id, row in
    var random = scale.random(.customer, id)
    let (first, last) = random.person()
    let place = random.pick(Words.places)
    row.integer(id)
    row.uuid(random.next(), random.next())
    row.text(first)
    row.text(last)
    if random.chance(15) { row.text(random.pick(Words.nouns), " Ltd.") } else { row.null() }
    row.text("\(random.within(1...240)) \(random.pick(Words.streets))")
    row.text(place.city)
    row.text(place.country)
    if random.chance(80) {
      row.text("+\(random.within(1...99)) \(random.within(1_000_000...9_999_999))")
    } else {
      row.null()
    }
    row.text("\(first.asciiLetters).\(last.asciiLetters)\(id)@mail.example")
    row.integer(random.below(scale.employees) + 1)
    row.boolean(random.chance(50))
    if random.chance(60) { row.decimal(random.within(10...50), scale: 1) } else { row.null() }
    if random.chance(70) {
      row.text("{\"genre\": \"\(random.pick(Words.genres))\", \"newsletter\": \(random.chance(30))}")
    } else {
      row.null()
    }
    let (date, time) = random.moment()
    row.timestamp(date, microseconds: time, zone: "+00")
    row.endRow()
  }

  static let invoice = StoreTable(
    name: "invoice",
    columns: """
      invoice_id bigint NOT NULL,
        customer_id integer NOT NULL,
        invoice_date timestamp NOT NULL,
        billing_address varchar(70),
        billing_city varchar(40),
        billing_country varchar(40),
        status text NOT NULL,
        total numeric(10,2) NOT NULL
      """,
    primaryKey: "invoice_id", foreignKeys: ["FOREIGN KEY (customer_id) REFERENCES customer"],
    units: \.invoices
  ) { scale, id, row in
    Invoice(scale, id, among: scale.invoices).append(to: &row)
  }

  static let invoiceLine = StoreTable(
    name: "invoice_line",
    columns: """
      invoice_line_id bigint NOT NULL,
        invoice_id bigint NOT NULL,
        track_id integer NOT NULL,
        unit_price numeric(10,2) NOT NULL,
        quantity smallint NOT NULL
      """,
    primaryKey: "invoice_line_id",
    foreignKeys: ["FOREIGN KEY (invoice_id) REFERENCES invoice", "FOREIGN KEY (track_id) REFERENCES track"],
    units: \.invoices
  ) { scale, id, row in
    Invoice(scale, id, among: scale.invoices).appendLines(to: &row)
  }
}
