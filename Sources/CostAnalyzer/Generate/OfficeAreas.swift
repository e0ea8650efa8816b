extension ProductArea {
  /// Areas whose users are customers and office staff.
  static let officeAreas: [ProductArea] = [
    ProductArea(
      app: "billing-support", product: "Ledgerly", purpose: "subscription billing for small companies", model: 0,
      weight: 18, temperature: 0.2, maxTokens: 600, promptRules: 16,
      features: terms(
        "automatic top-up=auto top-up|invoice e-mails=invoice mails|two-factor sign-in=2FA|"
          + "payment reminders=dunning mails|tax exemption=VAT exemption|usage alerts=spend alerts|"
          + "card auto-update=automatic card update|prorated billing=proration"),
      items: terms(
        "an invoice=a bill|a payment method=a card|a credit note=a refund note|a billing contact=a billing person|"
          + "a purchase order=a PO|a coupon=a discount code|a cost report=a spend report|a tax form=a VAT form"),
      limits: terms(
        "the monthly spending limit=the monthly budget|the number of seats=the seat count|"
          + "the credit line=the credit limit|the grace period=the payment deadline|"
          + "the invoice retention period=how long invoices are kept"),
      events: list("the renewal date|the trial ends|the invoice is paid"),
      extras: list("a purchase order number|a VAT number|an admin approval"),
      plans: list("Starter|Team|Enterprise"),
      menus: list("Billing|Payments|Plans|Tax settings|Invoices"),
      teams: list("Billing Operations|Customer Care|Tax Desk"),
      roles: list("Billing admin|Account owner|Finance viewer"),
      tools: list("find_invoice|issue_refund|open_case")),
    ProductArea(
      app: "people-desk", product: "Harbor HR", purpose: "leave, payroll and benefits questions of employees", model: 0,
      weight: 12, temperature: 0.2, maxTokens: 700, promptRules: 14,
      features: terms(
        "remote work tracking=home office tracking|overtime approval=overtime sign-off|"
          + "leave carry-over=holiday carry-over|salary sacrifice=the salary sacrifice scheme|"
          + "shift reminders=shift alerts|calendar sync=calendar integration|the commuter benefit=the travel benefit|"
          + "anonymous feedback=anonymous comments"
      ),
      items: terms(
        "a leave request=a holiday request|an expense claim=an expense report|a payslip=a pay statement|"
          + "a sick note=a doctor's note|a job profile=a role profile|a performance review=an appraisal|"
          + "an onboarding plan=a starter plan|a time sheet=a timesheet"),
      limits: terms(
        "the annual leave allowance=the holiday allowance|the weekly hours=the contracted hours|"
          + "the pension contribution=the pension rate|the travel allowance=the per diem|"
          + "the training budget=the learning budget"),
      events: list("the payroll cut-off|probation ends|the manager approves it"),
      extras: list("a manager's signature|a cost centre|a medical certificate"),
      plans: list("part-time contract|full-time contract|temporary contract"),
      menus: list("Time off|Payroll|Benefits|My profile|Documents"),
      teams: list("People Operations|Payroll|Benefits Team"), roles: list("Line manager|HR partner|Payroll approver"),
      tools: list("leave_balance|find_policy|open_hr_case")),
    ProductArea(
      app: "it-helpdesk", product: "Deskpoint", purpose: "first-line IT support", model: 1, weight: 15,
      temperature: 0.0, maxTokens: 500, promptRules: 13,
      features: terms(
        "disk encryption=drive encryption|single sign-on=SSO|the VPN client=the VPN|automatic updates=auto updates|"
          + "remote desktop=remote access|mail forwarding=e-mail forwarding|screen sharing=desktop sharing|"
          + "location services=location tracking"),
      items: terms(
        "a mailbox=an e-mail account|a shared folder=a team drive|a user account=a login|a printer queue=a printer|"
          + "a distribution list=a mailing list|a device profile=a laptop profile|a certificate=a client certificate|"
          + "a software licence=a software license"),
      limits: terms(
        "the mailbox quota=the mailbox size|the session timeout=the idle timeout|the password length=the password size|"
          + "the attachment size limit=the max attachment size|the number of trusted devices=the device count"),
      events: list("the laptop is returned|the password expires|the nightly backup runs"),
      extras: list("administrator rights|a hardware key|a network connection"),
      plans: list("Standard laptop|Developer laptop|Kiosk device"),
      menus: list("Devices|Accounts|Network|Security|Software centre"),
      teams: list("Service Desk|Network Team|Identity Team"), roles: list("Local admin|Helpdesk agent|Device owner"),
      tools: list("reset_password|device_lookup|create_ticket")),
    ProductArea(
      app: "shop-assistant", product: "Marlow Market", purpose: "shopping help before and after the order", model: 1,
      weight: 10, temperature: 0.7, maxTokens: 400, promptRules: 10,
      features: terms(
        "express checkout=one-click checkout|delivery text messages=delivery SMS|gift wrapping=gift packaging|"
          + "saved baskets=saved carts|price alerts=price notifications|paperless receipts=e-receipts|"
          + "neighbour delivery=delivery to a neighbour|the loyalty programme=the points programme"),
      items: terms(
        "a return=a return parcel|a gift card=a voucher|a wish list=a favourites list|"
          + "a delivery address=a shipping address|a product review=a rating|a subscription box=a monthly box|"
          + "a warranty claim=a guarantee claim|a pickup slot=a collection slot"),
      limits: terms(
        "the order quantity=the number of pieces|the return window=the return period|the basket value=the cart value|"
          + "the points balance=the bonus points|the delivery radius=the delivery area"),
      events: list("the parcel is shipped|the sale starts|the order is confirmed"),
      extras: list("a receipt|the original packaging|a customer account"),
      plans: list("Basic membership|Plus membership|Business membership"),
      menus: list("My orders|My account|Checkout|Delivery options|Membership"),
      teams: list("Customer Service|Returns Centre|Delivery Partner"),
      roles: list("Account holder|Business buyer|Household member"),
      tools: list("order_status|product_search|start_return")),
    ProductArea(
      app: "travel-desk", product: "Wayfarer", purpose: "business travel booking and rules", model: 5, weight: 5,
      temperature: 1.0, maxTokens: 500, promptRules: 9,
      features: terms(
        "seat preselection=seat selection|flight alerts=delay alerts|rail bookings=train bookings|"
          + "carbon reporting=CO2 reporting|automatic check-in=auto check-in|lounge access=the lounge pass|"
          + "hotel reminders=hotel notices|expense sync=expense integration"),
      items: terms(
        "a trip=a journey|a booking=a reservation|a traveller profile=a passenger profile|a rail pass=a train card|"
          + "a visa request=a visa application|a hotel voucher=a room voucher|a rental car=a hire car|"
          + "a trip approval=a travel approval"),
      limits: terms(
        "the hotel price cap=the room rate cap|the baggage allowance=the luggage allowance|"
          + "the advance booking period=the booking lead time|the daily meal allowance=the meal budget|"
          + "the number of guests=the guest count"),
      events: list("the ticket is issued|departure|the trip is approved"),
      extras: list("a cost centre|a second traveller|a flexible fare"),
      plans: list("Economy fare|Flex fare|Business fare"),
      menus: list("Trips|Profile|Approvals|Policies|Payment"),
      teams: list("Travel Desk|Risk Team|Visa Service"), roles: list("Travel arranger|Approver|Traveller"),
      tools: list("search_flights|hotel_rates|policy_check")),
  ]
}
